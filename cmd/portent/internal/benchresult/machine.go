package benchresult

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Machine is what figures depend on: that which sent the requests.
type Machine struct {
	Processor string `json:"processor,omitempty"`
	Cores     int    `json:"cores"`     // that the system has
	Scheduled int    `json:"scheduled"` // that Go may use
	Go        string `json:"go"`
	System    string `json:"system"`
}

// ThisMachine describes the machine that this runs on, as far as it says.
func ThisMachine() Machine {
	return Machine{
		Processor: processor("/proc/cpuinfo"), Cores: runtime.NumCPU(), Scheduled: runtime.GOMAXPROCS(0),
		Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
	}
}

// processor returns the processor's name where Linux tells it, else "".
func processor(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// String returns the machine in a line.
func (m Machine) String() string {
	name := m.Processor
	if name != "" {
		name += ", "
	}
	return fmt.Sprintf("%s%d cores, %s, %s", name, m.Cores, m.System, m.Go)
}
