package h05

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Broken keeps all bytes of a line that does not end.
func Broken(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n') // of any length
		if err != nil {
			return err
		}
		conn.Write(peer.Answer(line))
	}
	// explain: end
}
