package s01

import (
	"net"
	"time"

	"defects/go/peer"
)

// Fixed serves each client in a goroutine.
func Fixed(listener net.Listener) error {
	// explain: begin
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			conn.SetReadDeadline(time.Now().Add(time.Minute))
			peer.Serve(conn)
		}()
	}
	// explain: end
}
