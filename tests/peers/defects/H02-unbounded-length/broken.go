package h02

import (
	"io"
	"net"

	"defects/go/peer"
)

// Broken allocates the length that a header declares.
func Broken(conn net.Conn) error {
	var body []byte
	for {
		length, err := peer.ReadHeader(conn)
		if err != nil {
			return err
		}
		// explain: begin
		// Before any of it has arrived.
		body = append(body[:0], make([]byte, length)...)
		if _, err := io.ReadFull(conn, body); err != nil {
			return err
		}
		// explain: end
		conn.Write(peer.Capitals(body))
	}
}
