package f09

import (
	"bufio"
	"net"
	"sort"

	"defects/go/peer"
)

// Broken answers the shortest line first.
func Broken(conn net.Conn) error {
	// explain: begin
	reader := bufio.NewReader(conn)
	for {
		lines, err := peer.ReadLines(reader)
		if err != nil {
			return err
		}
		sort.Slice(lines, func(a, b int) bool {
			return len(lines[a]) < len(lines[b]) // the cheapest first
		})
		for _, line := range lines {
			conn.Write(peer.Answer(line))
		}
	}
	// explain: end
}
