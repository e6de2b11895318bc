// Go posts pictures to a server and prints what they show.
//
// Usage: go run ./docs/examples/go PICTURE...
// PORTENT_URL names another server than http://localhost:8000. It needs the
// standard library only: copy it.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

var client = http.Client{Timeout: 30 * time.Second}

// answer is the part of the server's that is of interest here; the error is there
// if it refuses, and says what was expected.
type answer struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
	Error       string  `json:"error"`
}

func predict(server, path string) (answer, error) {
	picture, err := os.ReadFile(path)
	if err != nil {
		return answer{}, err
	}
	response, err := client.Post(server+"/predict?top_k=1", http.DetectContentType(picture), bytes.NewReader(picture))
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	var a answer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return answer{}, err
	}
	if response.StatusCode != http.StatusOK {
		return answer{}, errors.New(a.Error)
	}
	return a, nil
}

func main() {
	server := cmp.Or(os.Getenv("PORTENT_URL"), "http://localhost:8000")
	status := 0
	for _, path := range os.Args[1:] {
		a, err := predict(server, path)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			status = 1
			continue
		}
		fmt.Printf("%s: %s, %.1f%%\n", path, a.Label, 100*a.Probability)
	}
	os.Exit(status)
}
