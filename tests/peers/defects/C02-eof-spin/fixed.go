package c02

import (
	"net"

	"defects/go/peer"
)

// Fixed ends at any error.
func Fixed(conn net.Conn) error {
	for {
		length, err := peer.ReadHeader(conn)
		if err != nil {
			return err
		}
		body := make([]byte, length)
		// explain: begin
		for received := 0; received < length; {
			n, err := conn.Read(body[received:])
			if err != nil {
				return err
			}
			received += n
		}
		// explain: end
		conn.Write(peer.Capitals(body))
	}
}
