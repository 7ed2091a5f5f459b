package c11

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Broken does not close the connection after "quit".
func Broken(conn net.Conn) {
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			conn.Close()
			return
		}
		conn.Write(peer.Answer([]byte(line)))
		// explain: begin
		if line == "quit\n" {
			break // and nothing closes the connection
		}
		// explain: end
	}
}
