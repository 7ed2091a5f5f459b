package c02

import (
	"net"

	"defects/go/peer"
)

// Broken ignores the error that says that the stream has ended.
func Broken(conn net.Conn) error {
	for {
		length, err := peer.ReadHeader(conn)
		if err != nil {
			return err
		}
		body := make([]byte, length)
		// explain: begin
		for received := 0; received < length; {
			n, _ := conn.Read(body[received:]) // 0 and io.EOF, again and again
			received += n
		}
		// explain: end
		conn.Write(peer.Capitals(body))
	}
}
