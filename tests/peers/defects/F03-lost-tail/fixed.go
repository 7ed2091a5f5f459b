package f03

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed has one reader for the connection.
func Fixed(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		conn.Write(peer.Answer(line))
	}
	// explain: end
}
