// A server that answers with the number of bytes of the body.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			answer.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Fprintf(answer, "%d\n", len(body))
	})
	log.Fatal(http.ListenAndServe(os.Args[1]+":"+os.Args[2], nil))
}
