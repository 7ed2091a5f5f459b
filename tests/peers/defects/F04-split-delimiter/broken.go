package f04

import (
	"bytes"
	"net"

	"defects/go/peer"
)

// Broken searches each piece for the delimiter.
func Broken(conn net.Conn) error {
	// explain: begin
	var line []byte
	piece := make([]byte, 4096)
	for {
		n, err := conn.Read(piece)
		if err != nil {
			return err
		}
		rest := piece[:n]
		for {
			before, after, found := bytes.Cut(rest, []byte("\r\n"))
			line = append(line, before...) // may end with "\r"
			if !found {
				break
			}
			conn.Write(peer.AnswerCRLF(line))
			line, rest = nil, after
		}
	}
	// explain: end
}
