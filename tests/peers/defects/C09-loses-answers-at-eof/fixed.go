package c09

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Fixed waits for the last answer.
func Fixed(conn net.Conn) error {
	// explain: begin
	lines, done := make(chan []byte, 16), make(chan bool)
	go func() {
		for line := range lines {
			conn.Write(peer.LookUp(line))
		}
		close(done)
	}()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			close(lines)
			<-done // after the last answer
			return conn.Close()
		}
		lines <- line
	}
	// explain: end
}
