package c04

import (
	"io"
	"log"
	"net"

	"defects/go/peer"
)

// Broken ends the process if a connection is reset.
func Broken(listener net.Listener) error {
	// explain: begin
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			if err := peer.Serve(conn); err != nil && err != io.EOF {
				log.Fatal(err) // connection reset by peer
			}
		}()
	}
	// explain: end
}
