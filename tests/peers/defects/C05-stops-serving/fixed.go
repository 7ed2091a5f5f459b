package c05

import (
	"net"

	"defects/go/peer"
)

// Fixed serves one client after the other.
func Fixed(listener net.Listener) error {
	// explain: begin
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			peer.Serve(conn)
		}()
	}
	// explain: end
}
