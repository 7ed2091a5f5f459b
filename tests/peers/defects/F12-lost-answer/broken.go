package f12

import (
	"bytes"
	"net"

	"defects/go/peer"
)

// Broken keeps one answer: the last.
func Broken(conn net.Conn) error {
	// explain: begin
	var buffer []byte
	piece := make([]byte, 4096)
	for {
		n, err := conn.Read(piece)
		if err != nil {
			return err
		}
		buffer = append(buffer, piece[:n]...)
		var reply []byte
		for {
			line, rest, found := bytes.Cut(buffer, []byte("\n"))
			if !found {
				break
			}
			reply = peer.Answer(line) // only the last is kept
			buffer = rest
		}
		conn.Write(reply)
	}
	// explain: end
}
