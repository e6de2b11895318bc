package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// Process is a running peer. It is not safe for concurrent use.
type Process struct {
	command *exec.Cmd
	started time.Time
	stdin   io.WriteCloser
	replies chan []byte
	stderr  tail
}

// Start starts a peer's program with a configuration. The environment is this
// process's and the given variables. The program is killed when the context ends.
func Start(ctx context.Context, program []string, environment []string, config Config) (*Process, error) {
	argument, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	p := &Process{replies: make(chan []byte)}
	p.command = exec.CommandContext(ctx, program[0], append(program[1:len(program):len(program)], string(argument))...) //nolint:gosec // a peer is whatever program it is
	p.command.Env = append(os.Environ(), environment...)
	p.command.Stderr = &p.stderr
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.started = time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go p.listen(stdout)
	return p, nil
}

// listen passes replies on until the process closes its output.
func (p *Process) listen(stdout io.Reader) {
	defer close(p.replies)
	for lines := bufio.NewReader(stdout); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		p.replies <- line
	}
}

// Ask sends a request and waits for the reply. A peer that takes longer than the
// patience is killed. Errors are the peer's own words where it had any.
func (p *Process) Ask(request Request, patience time.Duration) (Reply, error) {
	if err := json.NewEncoder(p.stdin).Encode(request); err != nil {
		return Reply{}, p.death()
	}
	select {
	case line, alive := <-p.replies:
		if !alive {
			return Reply{}, p.death()
		}
		var reply Reply
		if err := json.Unmarshal(line, &reply); err != nil {
			return Reply{}, fmt.Errorf("the reply %q: %w", line, err)
		}
		if reply.Error != "" {
			return Reply{}, errors.New(reply.Error)
		}
		return reply, nil
	case <-time.After(patience):
		return Reply{}, errors.Join(fmt.Errorf("no answer within %v", patience), p.command.Process.Kill())
	}
}

// Age returns the time since the process was started.
func (p *Process) Age() time.Duration { return time.Since(p.started) }

// Memory returns the resident memory in bytes.
func (p *Process) Memory() (uint64, error) {
	running, err := process.NewProcess(int32(p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	info, err := running.MemoryInfo()
	if err != nil {
		return 0, err
	}
	return info.RSS, nil
}

// Stop ends the process.
func (p *Process) Stop() {
	_ = p.command.Process.Kill()
	for range p.replies { // until it has ended
	}
	_ = p.command.Wait()
}

// death says why a process has ended by itself.
func (p *Process) death() error {
	for range p.replies {
	}
	_ = p.command.Wait() // the state says how
	return fmt.Errorf("ended (%s): %s", p.command.ProcessState, p.stderr.cause())
}
