package c06

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Broken answers an incomplete line at the end of the stream.
func Broken(conn net.Conn) error {
	// explain: begin
	scanner := bufio.NewScanner(conn)
	for scanner.Scan() { // the last line may have no "\n"
		conn.Write(peer.Answer(scanner.Bytes()))
	}
	return scanner.Err()
	// explain: end
}
