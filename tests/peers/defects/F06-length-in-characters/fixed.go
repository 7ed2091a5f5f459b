package f06

import (
	"fmt"
	"net"

	"defects/go/peer"
)

// Fixed declares the number of bytes.
func Fixed(conn net.Conn) error {
	for {
		text, err := peer.ReadText(conn)
		if err != nil {
			return err
		}
		// explain: begin
		fmt.Fprintf(conn, "%-10d%s", len(text), text) // len counts bytes
		// explain: end
	}
}
