package c03

import (
	"bufio"
	"log"
	"net"

	"defects/go/peer"
)

// Broken ends the process if a stream ends before "quit".
func Broken(conn net.Conn) error {
	reader := bufio.NewReader(conn)
	for {
		// explain: begin
		line, err := reader.ReadString('\n')
		if err != nil {
			log.Fatal(err) // io.EOF too: os.Exit(1), and all clients are gone
		}
		// explain: end
		conn.Write(peer.Answer([]byte(line)))
		if line == "quit\n" {
			return nil
		}
	}
}
