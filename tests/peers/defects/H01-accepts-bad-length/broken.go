package h01

import (
	"io"
	"net"
	"strconv"
	"strings"

	"defects/go/peer"
)

// Broken accepts what Atoi accepts.
func Broken(conn net.Conn) error {
	for {
		header := make([]byte, 10)
		if _, err := io.ReadFull(conn, header); err != nil {
			return err
		}
		// explain: begin
		text := strings.TrimSpace(string(header))
		length, err := strconv.Atoi(text) // also "+5", " 5" and "-5"
		if err != nil {
			return err
		}
		// explain: end
		if length < 0 {
			length = 0
		}
		if err := peer.AnswerBody(conn, length); err != nil {
			return err
		}
	}
}
