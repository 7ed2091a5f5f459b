package c06

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed discards an incomplete line.
func Fixed(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return err // io.EOF, and line has no "\n"
		}
		conn.Write(peer.Answer(line))
	}
	// explain: end
}
