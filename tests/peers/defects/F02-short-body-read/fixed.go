package f02

import (
	"io"
	"net"

	"defects/go/peer"
)

// Fixed reads until the body is complete.
func Fixed(conn net.Conn) error {
	for {
		length, err := peer.ReadHeader(conn)
		if err != nil {
			return err
		}
		// explain: begin
		body := make([]byte, length)
		if _, err := io.ReadFull(conn, body); err != nil {
			return err
		}
		conn.Write(peer.Capitals(body))
		// explain: end
	}
}
