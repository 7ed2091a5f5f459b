package f07

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed answers each line.
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
