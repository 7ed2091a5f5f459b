package f03

import (
	"bufio"
	"net"

	"defects/go/peer"
)

// Broken makes a reader for each line: the bytes that it has read ahead are lost.
func Broken(conn net.Conn) error {
	// explain: begin
	for {
		reader := bufio.NewReader(conn) // drops what the last one read ahead
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return err
		}
		conn.Write(peer.Answer(line))
	}
	// explain: end
}
