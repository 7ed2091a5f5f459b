package f12

import (
	"bytes"
	"net"

	"defects/go/peer"
)

// Fixed sends an answer for each line.
func Fixed(conn net.Conn) error {
	// explain: begin
	var buffer []byte
	piece := make([]byte, 4096)
	for {
		n, err := conn.Read(piece)
		if err != nil {
			return err
		}
		buffer = append(buffer, piece[:n]...)
		for {
			line, rest, found := bytes.Cut(buffer, []byte("\n"))
			if !found {
				break
			}
			conn.Write(peer.Answer(line))
			buffer = rest
		}
	}
	// explain: end
}
