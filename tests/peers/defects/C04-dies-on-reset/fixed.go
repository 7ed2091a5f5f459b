package c04

import (
	"io"
	"log"
	"net"

	"defects/go/peer"
)

// Fixed writes a line to its log.
func Fixed(listener net.Listener) error {
	// explain: begin
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			if err := peer.Serve(conn); err != nil && err != io.EOF {
				log.Print(err) // only this client is gone
			}
		}()
	}
	// explain: end
}
