package c09

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Broken closes the connection with answers to come.
func Broken(conn net.Conn) error {
	// explain: begin
	lines := make(chan []byte, 16)
	go func() {
		for line := range lines {
			conn.Write(peer.LookUp(line))
		}
	}()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			close(lines)
			return conn.Close() // the answers are lost
		}
		lines <- line
	}
	// explain: end
}
