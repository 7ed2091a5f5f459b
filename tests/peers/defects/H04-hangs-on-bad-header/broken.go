package h04

import (
	"io"
	"net"

	"defects/go/peer"
)

// Broken does not close the connection after a malformed header.
func Broken(conn net.Conn) {
	for {
		header := make([]byte, 10)
		if _, err := io.ReadFull(conn, header); err != nil {
			conn.Close()
			return
		}
		// explain: begin
		length, err := peer.ParseLength(header)
		if err != nil {
			return // and the connection stays open
		}
		// explain: end
		if err := peer.AnswerBody(conn, length); err != nil {
			conn.Close()
			return
		}
	}
}
