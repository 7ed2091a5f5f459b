package f07

import (
	"net"

	"defects/go/peer"
)

// Broken answers each Read.
func Broken(conn net.Conn) error {
	// explain: begin
	piece := make([]byte, 4096)
	for {
		n, err := conn.Read(piece)
		if err != nil {
			return err
		}
		conn.Write(peer.Answer(piece[:n]))
	}
	// explain: end
}
