package h03

import (
	"io"
	"net"

	"defects/go/peer"
)

// Fixed ends the connection at a malformed header.
func Fixed(conn net.Conn) error {
	for {
		header := make([]byte, 10)
		if _, err := io.ReadFull(conn, header); err != nil {
			return err
		}
		// explain: begin
		length, err := peer.ParseLength(header)
		if err != nil {
			return err // ends this connection
		}
		// explain: end
		if err := peer.AnswerBody(conn, length); err != nil {
			return err
		}
	}
}
