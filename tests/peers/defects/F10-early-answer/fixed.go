package f10

import (
	"bufio"
	"bytes"
	"net"

	"defects/go/peer"
)

// Fixed waits for the whole delimiter.
func Fixed(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	var line []byte
	for {
		part, err := reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		line = append(line, part...)
		if bytes.HasSuffix(line, []byte("\r\n")) {
			conn.Write(peer.AnswerCRLF(line))
			line = nil
		}
	}
	// explain: end
}
