package h03

import (
	"io"
	"log"
	"net"

	"defects/go/peer"
)

// Broken ends the process at a malformed header.
func Broken(conn net.Conn) error {
	for {
		header := make([]byte, 10)
		if _, err := io.ReadFull(conn, header); err != nil {
			return err
		}
		// explain: begin
		length, err := peer.ParseLength(header)
		if err != nil {
			log.Fatal(err) // calls os.Exit(1): all clients are gone
		}
		// explain: end
		if err := peer.AnswerBody(conn, length); err != nil {
			return err
		}
	}
}
