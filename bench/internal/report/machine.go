package report

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/mem"
)

// Machine is what the figures depend on.
type Machine struct {
	Processor string   `json:"processor"`
	Cores     int      `json:"cores"`
	SIMD      []string `json:"simd,omitempty"`
	Memory    uint64   `json:"memory_bytes"`
	Go        string   `json:"go"`
	System    string   `json:"system"`
}

// ThisMachine describes the machine that this runs on, as far as it says.
func ThisMachine() Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if processors, err := cpu.Info(); err == nil && len(processors) > 0 {
		m.Processor = processors[0].ModelName
		for _, flag := range []string{"avx2", "fma", "avx512f", "avx512_vnni"} {
			if slices.Contains(processors[0].Flags, flag) {
				m.SIMD = append(m.SIMD, flag)
			}
		}
	}
	if memory, err := mem.VirtualMemory(); err == nil {
		m.Memory = memory.Total
	}
	return m
}

// String returns the machine in a line.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores (%s), %.0f GB, %s, %s", m.Processor, m.Cores, strings.Join(m.SIMD, " "), float64(m.Memory)/1e9, m.System, m.Go)
}
