package f01

import (
	"net"
	"strconv"
	"strings"

	"defects/go/peer"
)

// Broken expects one Read to return the whole header.
func Broken(conn net.Conn) error {
	for {
		// explain: begin
		header := make([]byte, 10)
		n, err := conn.Read(header) // 1 to 10 bytes
		if err != nil {
			return err
		}
		length, err := strconv.Atoi(strings.TrimSpace(string(header[:n])))
		// explain: end
		if err != nil {
			return err
		}
		if err := peer.AnswerBody(conn, length); err != nil {
			return err
		}
	}
}
