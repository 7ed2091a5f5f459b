// Lets `wirecheck fuzz --framer -- ./framer` test a framer: go build framer.go
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

// Put yours here: push and finish return the messages that are complete.
type framer struct{ buffer []byte }

func (f *framer) push(chunk []byte) (messages [][]byte, err error) {
	f.buffer = append(f.buffer, chunk...)
	for {
		end := bytes.IndexByte(f.buffer, '\n')
		if end < 0 {
			return messages, nil
		}
		messages = append(messages, f.buffer[:end:end])
		f.buffer = f.buffer[end+1:]
	}
}

func (f *framer) finish() (messages [][]byte, err error) { return nil, nil }

func answer(words []string) string {
	f, answers := &framer{}, []string{}
	for _, word := range words {
		receive := f.finish
		chunk, _ := hex.DecodeString(strings.Trim(word, "."))
		if word != "." {
			receive = func() ([][]byte, error) { return f.push(chunk) }
		}
		messages, err := receive()
		if err != nil { // what your framer returns for a malformed stream
			answers = append(answers, "!"+strings.Join(strings.Fields(err.Error()), "_"))
			break
		}
		list := "-"
		for index, message := range messages {
			if index == 0 {
				list = ""
			}
			list += "=" + hex.EncodeToString(message)
		}
		for index := range chunk {
			chunk[index] = '~' // a loop that reads into one buffer overwrites it, too
		}
		answers = append(answers, list)
	}
	return strings.Join(answers, " ")
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		fmt.Println(answer(strings.Fields(line)))
	}
}
