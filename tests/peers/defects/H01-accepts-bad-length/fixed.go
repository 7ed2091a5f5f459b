package h01

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"

	"defects/go/peer"
)

const limit = 65536

// Fixed accepts digits only.
func Fixed(conn net.Conn) error {
	for {
		header := make([]byte, 10)
		if _, err := io.ReadFull(conn, header); err != nil {
			return err
		}
		// explain: begin
		text := strings.TrimRight(string(header), " ")
		length, err := strconv.ParseUint(text, 10, 32) // digits only
		if err != nil {
			return err
		}
		if length > limit || strings.HasPrefix(text, "0") && text != "0" {
			return errors.New("not a length")
		}
		// explain: end
		if err := peer.AnswerBody(conn, int(length)); err != nil {
			return err
		}
	}
}
