package c08

import (
	"net"

	"defects/go/peer"
)

// Broken resets each connection at its end.
func Broken(conn net.Conn) error {
	peer.Serve(conn)
	// explain: begin
	conn.(*net.TCPConn).SetLinger(0) // Close discards and resets
	return conn.Close()
	// explain: end
}
