package s01

import (
	"net"

	"defects/go/peer"
)

// Broken serves one client after the other.
func Broken(listener net.Listener) error {
	// explain: begin
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		peer.Serve(conn) // blocks until this client is done
		conn.Close()
	}
	// explain: end
}
