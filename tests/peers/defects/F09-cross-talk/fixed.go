package f09

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed sends the answers in the order of the lines.
func Fixed(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		conn.Write(peer.LookUp(line)) // in the order of the lines
	}
	// explain: end
}
