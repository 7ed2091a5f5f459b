package c11

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed closes the connection after "quit".
func Fixed(conn net.Conn) {
	// explain: begin
	defer conn.Close() // on every way out
	// explain: end
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		conn.Write(peer.Answer([]byte(line)))
		// explain: begin
		if line == "quit\n" {
			return
		}
		// explain: end
	}
}
