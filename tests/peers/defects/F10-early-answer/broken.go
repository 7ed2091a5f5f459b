package f10

import (
	"bufio"
	"bytes"
	"net"

	"defects/go/peer"
)

// Broken takes half of a delimiter for the delimiter.
func Broken(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\r') // half of "\r\n"
		if err != nil {
			return err
		}
		conn.Write(peer.AnswerCRLF(bytes.TrimSpace(line)))
	}
	// explain: end
}
