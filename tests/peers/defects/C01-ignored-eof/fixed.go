package c01

import (
	"io"
	"net"

	"defects/go/peer"
)

// Fixed ends when the stream ends.
func Fixed(conn net.Conn) error {
	lines := peer.NewLines(conn)
	// explain: begin
	piece := make([]byte, 4096)
	for {
		n, err := conn.Read(piece)
		if err == io.EOF {
			return conn.Close()
		}
		if err != nil {
			return err
		}
		lines.Add(piece[:n])
	}
	// explain: end
}
