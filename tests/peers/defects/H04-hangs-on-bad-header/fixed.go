package h04

import (
	"io"
	"net"

	"defects/go/peer"
)

// Fixed closes the connection after a malformed header.
func Fixed(conn net.Conn) {
	for {
		header := make([]byte, 10)
		if _, err := io.ReadFull(conn, header); err != nil {
			conn.Close()
			return
		}
		// explain: begin
		length, err := peer.ParseLength(header)
		if err != nil {
			conn.Close() // where the next header begins is unknown
			return
		}
		// explain: end
		if err := peer.AnswerBody(conn, length); err != nil {
			conn.Close()
			return
		}
	}
}
