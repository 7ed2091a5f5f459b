// Package peer is what the Go peers share, apart from what they show.
package peer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var digits = regexp.MustCompile(`^(0|[1-9][0-9]*) *$`)

// Answer is the answer to a line. It ignores the line's end.
func Answer(line []byte) []byte {
	return []byte(fmt.Sprintf("echo: %s\n", bytes.TrimRight(line, "\r\n")))
}

// AnswerCRLF is the same with another end.
func AnswerCRLF(line []byte) []byte {
	return []byte(fmt.Sprintf("echo: %s\r\n", bytes.TrimRight(line, "\r\n")))
}

// LookUp is the answer to a line, computed by something that takes longer for a longer line.
func LookUp(line []byte) []byte {
	time.Sleep(time.Duration(len(line)) * 10 * time.Millisecond)
	return Answer(line)
}

// ReadLines reads the lines that came together, at least one.
func ReadLines(reader *bufio.Reader) ([][]byte, error) {
	var lines [][]byte
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		rest, _ := reader.Peek(reader.Buffered())
		if !bytes.Contains(rest, []byte("\n")) {
			return lines, nil
		}
	}
}

// Capitals is the answer to a message with a header of ten columns.
func Capitals(body []byte) []byte {
	text := bytes.ToUpper(body)
	return []byte(fmt.Sprintf("%-10d%s", len(text), text))
}

// Serve answers each line. It returns nil if the stream ends between two lines.
func Serve(conn net.Conn) error {
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := conn.Write(Answer(line)); err != nil {
			return err
		}
	}
}

// Lines answers the lines of the pieces that it gets.
type Lines struct {
	conn   net.Conn
	buffer []byte
}

// NewLines makes the Lines of a connection.
func NewLines(conn net.Conn) *Lines {
	return &Lines{conn: conn}
}

// Add takes the next piece.
func (lines *Lines) Add(piece []byte) {
	lines.buffer = append(lines.buffer, piece...)
	for {
		line, rest, found := bytes.Cut(lines.buffer, []byte("\n"))
		if !found {
			return
		}
		lines.conn.Write(Answer(line))
		lines.buffer = rest
	}
}

// ParseLength is the length that a header of ten columns declares.
func ParseLength(header []byte) (int, error) {
	if !digits.Match(header) {
		return 0, errors.New("malformed header")
	}
	return strconv.Atoi(strings.TrimRight(string(header), " "))
}

// ReadHeader reads a header of ten columns.
func ReadHeader(conn net.Conn) (int, error) {
	header := make([]byte, 10)
	if _, err := io.ReadFull(conn, header); err != nil {
		return 0, err
	}
	return ParseLength(header)
}

// ReadText reads a message with a header of ten columns, and returns its text in capitals.
func ReadText(conn net.Conn) (string, error) {
	length, err := ReadHeader(conn)
	if err != nil {
		return "", err
	}
	body := make([]byte, length)
	_, err = io.ReadFull(conn, body)
	return strings.ToUpper(string(body)), err
}

// AnswerBody reads the body of a message and answers it.
func AnswerBody(conn net.Conn, length int) error {
	body, err := io.ReadAll(io.LimitReader(conn, int64(length)))
	if err != nil {
		return err
	}
	if len(body) < length {
		return io.ErrUnexpectedEOF
	}
	_, err = conn.Write(Capitals(body))
	return err
}
