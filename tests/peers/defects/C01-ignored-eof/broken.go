package c01

import (
	"io"
	"net"
	"time"

	"defects/go/peer"
)

// Broken takes the end of the stream for a pause.
func Broken(conn net.Conn) error {
	lines := peer.NewLines(conn)
	// explain: begin
	piece := make([]byte, 4096)
	for {
		n, err := conn.Read(piece)
		if err == io.EOF { // taken for a pause: nothing more can come
			time.Sleep(time.Second)
			continue
		}
		if err != nil {
			return err
		}
		lines.Add(piece[:n])
	}
	// explain: end
}
