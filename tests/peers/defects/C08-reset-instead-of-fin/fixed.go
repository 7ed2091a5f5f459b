package c08

import (
	"net"

	"defects/go/peer"
)

// Fixed sends a FIN behind its last answer.
func Fixed(conn net.Conn) error {
	peer.Serve(conn)
	// explain: begin
	return conn.Close() // the answers, then a FIN
	// explain: end
}
