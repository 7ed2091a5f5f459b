package h02

import (
	"errors"
	"io"
	"net"

	"defects/go/peer"
)

const limit = 65536

// Fixed rejects a length above its limit.
func Fixed(conn net.Conn) error {
	var body []byte
	for {
		length, err := peer.ReadHeader(conn)
		if err != nil {
			return err
		}
		// explain: begin
		if length > limit {
			return errors.New("the message is too long")
		}
		body = append(body[:0], make([]byte, length)...)
		if _, err := io.ReadFull(conn, body); err != nil {
			return err
		}
		// explain: end
		conn.Write(peer.Capitals(body))
	}
}
