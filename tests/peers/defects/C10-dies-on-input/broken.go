package c10

import (
	"net"

	"defects/go/peer"
)

// Broken has a buffer for one line: a panic ends the process.
func Broken(conn net.Conn) error {
	// explain: begin
	line := make([]byte, 16) // long enough for one line
	length := 0
	piece := make([]byte, 4096)
	for {
		n, err := conn.Read(piece)
		if err != nil {
			return err
		}
		copy(line[length:length+n], piece) // panics if it is too short
		length += n
		if line[length-1] == '\n' {
			conn.Write(peer.Answer(line[:length]))
			length = 0
		}
	}
	// explain: end
}
