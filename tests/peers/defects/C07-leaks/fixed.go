package c07

import (
	"net"

	"defects/go/peer"
)

// Fixed closes every connection.
func Fixed(conn net.Conn) {
	// explain: begin
	clients.Store(conn, true)
	defer clients.Delete(conn)
	defer conn.Close() // on every way out
	if err := peer.Serve(conn); err != nil {
		return
	}
	// explain: end
}
