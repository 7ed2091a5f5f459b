package f09

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed answers the lines in their order.
func Fixed(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		lines, err := peer.ReadLines(reader)
		if err != nil {
			return err
		}
		for _, line := range lines {
			conn.Write(peer.Answer(line)) // in the order of the lines
		}
	}
	// explain: end
}
