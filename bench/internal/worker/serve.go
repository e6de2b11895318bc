package worker

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// Engine is a loaded model.
type Engine interface {
	// Version names the engine's version and what else decides its speed.
	Version() string
	// Bind prepares predictions of an input of the given shape, batch axis
	// included, for one caller.
	Bind(input []float32, shape []int) (Predict, error)
}

// Predict predicts what it was bound to. The result is valid until the next
// call.
type Predict func() ([]float32, error)

// Serve is the main function of a peer.
func Serve(open func(Config) (Engine, error)) {
	replies := os.Stdout
	os.Stdout = os.Stderr // where a library's own messages do no harm
	if err := serve(os.Args[1:], os.Stdin, replies, open); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(args []string, requests io.Reader, replies io.Writer, open func(Config) (Engine, error)) error {
	if len(args) != 1 {
		return fmt.Errorf("%d arguments, expected one: the configuration as JSON", len(args))
	}
	var config Config
	if err := json.Unmarshal([]byte(args[0]), &config); err != nil {
		return fmt.Errorf("the configuration: %w", err)
	}
	session, failure := newSession(config, open)
	lines := bufio.NewScanner(requests)
	for lines.Scan() {
		var request Request
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			return fmt.Errorf("the request %s: %w", lines.Bytes(), err)
		}
		reply := Reply{}
		if err := failure; err != nil {
			reply.Error = err.Error()
		} else if reply, err = session.answer(request); err != nil {
			reply = Reply{Error: err.Error()}
		}
		if err := json.NewEncoder(replies).Encode(reply); err != nil {
			return err
		}
	}
	return lines.Err()
}

// recovered turns a panic of a peer's library into an error.
func recovered(err *error) {
	if cause := recover(); cause != nil {
		*err = errors.Join(*err, fmt.Errorf("panic: %v", cause))
	}
}

// ModuleVersion returns the version of a module that is linked into the program.
func ModuleVersion(path string) string {
	info, _ := debug.ReadBuildInfo()
	if info != nil {
		for _, module := range info.Deps {
			if module.Path == path {
				return path + " " + module.Version
			}
		}
	}
	return path
}
