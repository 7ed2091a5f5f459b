package f01

import (
	"io"
	"net"
	"strconv"
	"strings"

	"defects/go/peer"
)

// Fixed reads until the header is complete.
func Fixed(conn net.Conn) error {
	for {
		// explain: begin
		header := make([]byte, 10)
		if _, err := io.ReadFull(conn, header); err != nil {
			return err
		}
		length, err := strconv.Atoi(strings.TrimSpace(string(header)))
		// explain: end
		if err != nil {
			return err
		}
		if err := peer.AnswerBody(conn, length); err != nil {
			return err
		}
	}
}
