package f11

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Broken flushes when it has read all that has arrived.
func Broken(conn net.Conn) error {
	// explain: begin
	reader, writer := bufio.NewReader(conn), bufio.NewWriter(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		writer.Write(peer.Answer(line))
		if reader.Buffered() == 0 { // not if half a line is left
			writer.Flush()
		}
	}
	// explain: end
}
