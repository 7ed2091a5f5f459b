package f02

import (
	"net"

	"defects/go/peer"
)

// Broken expects one Read to return the whole body.
func Broken(conn net.Conn) error {
	for {
		length, err := peer.ReadHeader(conn)
		if err != nil {
			return err
		}
		// explain: begin
		body := make([]byte, length)
		n, err := conn.Read(body) // 1 to length bytes
		if err != nil {
			return err
		}
		conn.Write(peer.Capitals(body[:n]))
		// explain: end
	}
}
