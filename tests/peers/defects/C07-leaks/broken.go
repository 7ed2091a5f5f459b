package c07

import (
	"net"
	"sync"

	"defects/go/peer"
)

var clients sync.Map

// Broken keeps a connection that ended with an error.
func Broken(conn net.Conn) {
	// explain: begin
	clients.Store(conn, true)
	if err := peer.Serve(conn); err != nil {
		return // and the connection stays open
	}
	clients.Delete(conn)
	conn.Close()
	// explain: end
}
