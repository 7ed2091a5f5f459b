package h05

import (
	"bufio"
	"net"

	"defects/go/peer"
)

const limit = 65536

// Fixed ends a connection whose line is too long.
func Fixed(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReaderSize(conn, limit)
	for {
		line, err := reader.ReadSlice('\n') // bufio.ErrBufferFull
		if err != nil {
			return err
		}
		conn.Write(peer.Answer(line))
	}
	// explain: end
}
