// Runs a peer: `defects MARKER FILE HOST PORT`, with FILE as in `F03-lost-tail/fixed.go`. MARKER is
// a word with which a test finds the process.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	c01 "defects/C01-ignored-eof"
	c02 "defects/C02-eof-spin"
	c03 "defects/C03-dies-on-eof"
	c04 "defects/C04-dies-on-reset"
	c05 "defects/C05-stops-serving"
	c06 "defects/C06-partial-as-message"
	c07 "defects/C07-leaks"
	c08 "defects/C08-reset-instead-of-fin"
	c09 "defects/C09-loses-answers-at-eof"
	c10 "defects/C10-dies-on-input"
	c11 "defects/C11-never-closes"
	f01 "defects/F01-short-header-read"
	f02 "defects/F02-short-body-read"
	f03 "defects/F03-lost-tail"
	f04 "defects/F04-split-delimiter"
	f06 "defects/F06-length-in-characters"
	f07 "defects/F07-reply-per-recv"
	f09 "defects/F09-cross-talk"
	f10 "defects/F10-early-answer"
	f11 "defects/F11-withheld-answer"
	f12 "defects/F12-lost-answer"
	h01 "defects/H01-accepts-bad-length"
	h02 "defects/H02-unbounded-length"
	h03 "defects/H03-dies-on-bad-header"
	h04 "defects/H04-hangs-on-bad-header"
	h05 "defects/H05-unbounded-buffer"
	s01 "defects/S01-blocked-by-neighbour"
)

// The broken and the fixed peer of each defect. One is a function of
//
//   - net.Conn that returns an error: main closes the connection;
//   - net.Conn that returns nothing: it closes the connection itself;
//   - net.Listener: the whole server.
var peers = map[string][2]any{
	"C01": {c01.Broken, c01.Fixed},
	"C02": {c02.Broken, c02.Fixed},
	"C03": {c03.Broken, c03.Fixed},
	"C04": {c04.Broken, c04.Fixed},
	"C05": {c05.Broken, c05.Fixed},
	"C06": {c06.Broken, c06.Fixed},
	"C07": {c07.Broken, c07.Fixed},
	"C08": {c08.Broken, c08.Fixed},
	"C09": {c09.Broken, c09.Fixed},
	"C10": {c10.Broken, c10.Fixed},
	"C11": {c11.Broken, c11.Fixed},
	"F01": {f01.Broken, f01.Fixed},
	"F02": {f02.Broken, f02.Fixed},
	"F03": {f03.Broken, f03.Fixed},
	"F04": {f04.Broken, f04.Fixed},
	"F06": {f06.Broken, f06.Fixed},
	"F07": {f07.Broken, f07.Fixed},
	"F09": {f09.Broken, f09.Fixed},
	"F10": {f10.Broken, f10.Fixed},
	"F11": {f11.Broken, f11.Fixed},
	"F12": {f12.Broken, f12.Fixed},
	"H01": {h01.Broken, h01.Fixed},
	"H02": {h02.Broken, h02.Fixed},
	"H03": {h03.Broken, h03.Fixed},
	"H04": {h04.Broken, h04.Fixed},
	"H05": {h05.Broken, h05.Fixed},
	"S01": {s01.Broken, s01.Fixed},
}

func main() {
	if len(os.Args) < 5 {
		log.Fatal("usage: defects MARKER FILE HOST PORT")
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(os.Args[3], os.Args[4]))
	if err != nil {
		log.Fatal(err)
	}
	err = serve(listener, find(os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
}

func find(file string) any {
	folder, name := filepath.Split(file)
	code, _, _ := strings.Cut(filepath.Base(folder), "-")
	pair, found := peers[code]
	if !found {
		log.Fatalf("no peer for %s", file)
	}
	if name == "fixed.go" {
		return pair[1]
	}
	return pair[0]
}

func serve(listener net.Listener, peer any) error {
	switch serve := peer.(type) {
	case func(net.Listener) error:
		return serve(listener)
	case func(net.Conn) error:
		return serveEach(listener, func(conn net.Conn) {
			defer conn.Close()
			serve(conn)
		})
	case func(net.Conn):
		return serveEach(listener, func(conn net.Conn) {
			unclosed.Store(conn, true)
			serve(conn)
		})
	}
	return fmt.Errorf("%T is no peer", peer)
}

// The garbage collector would close a connection to which nothing refers.
var unclosed sync.Map

func serveEach(listener net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go serve(conn)
	}
}
