package c03

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed ends the connection.
func Fixed(conn net.Conn) error {
	reader := bufio.NewReader(conn)
	for {
		// explain: begin
		line, err := reader.ReadString('\n')
		if err != nil {
			return err // ends this connection
		}
		// explain: end
		conn.Write(peer.Answer([]byte(line)))
		if line == "quit\n" {
			return nil
		}
	}
}
