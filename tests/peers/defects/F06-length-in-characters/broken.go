package f06

import (
	"fmt"
	"net"
	"unicode/utf8"

	"defects/go/peer"
)

// Broken declares the number of characters.
func Broken(conn net.Conn) error {
	for {
		text, err := peer.ReadText(conn)
		if err != nil {
			return err
		}
		// explain: begin
		length := utf8.RuneCountInString(text)
		fmt.Fprintf(conn, "%-10d%s", length, text)
		// explain: end
	}
}
