package c05

import (
	"net"

	"defects/go/peer"
)

// Broken serves one client.
func Broken(listener net.Listener) error {
	// explain: begin
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	return peer.Serve(conn) // and then the program ends
	// explain: end
}
