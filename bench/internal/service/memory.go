package service

import (
	"errors"

	"github.com/shirou/gopsutil/v4/process"
)

// memoryOf returns the resident memory of a process and its children.
func memoryOf(pid int) (uint64, error) {
	root, err := process.NewProcess(int32(pid))
	if err != nil {
		return 0, err
	}
	return treeMemory(root)
}

func treeMemory(p *process.Process) (uint64, error) {
	info, err := p.MemoryInfo()
	if err != nil {
		return 0, err
	}
	total := info.RSS
	children, err := p.Children()
	if err != nil && !errors.Is(err, process.ErrorNoChildren) {
		return 0, err
	}
	for _, child := range children {
		memory, err := treeMemory(child)
		if err != nil {
			return 0, err
		}
		total += memory
	}
	return total, nil
}
