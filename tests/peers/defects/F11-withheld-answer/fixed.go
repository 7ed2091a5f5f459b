package f11

import (
	"bufio"
	"bytes"
	"net"

	"defects/go/peer"
)

// Fixed flushes before a read that may wait.
func Fixed(conn net.Conn) error {
	// explain: begin
	reader, writer := bufio.NewReader(conn), bufio.NewWriter(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		writer.Write(peer.Answer(line))
		next, _ := reader.Peek(reader.Buffered())
		if !bytes.Contains(next, []byte("\n")) { // the next read may wait
			writer.Flush()
		}
	}
	// explain: end
}
