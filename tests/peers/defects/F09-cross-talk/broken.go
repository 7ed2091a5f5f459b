package f09

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Broken sends each answer as soon as it is ready.
func Broken(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		go func() {
			conn.Write(peer.LookUp(line)) // the fastest answer is the first
		}()
	}
	// explain: end
}
