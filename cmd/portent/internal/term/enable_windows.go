package term

import (
	"os"

	"golang.org/x/sys/windows"
)

// enable makes a console take the sequences that other terminals take. Those
// before Windows 10 do not, and are treated as no terminal.
func enable(file *os.File) bool {
	var mode uint32
	handle := windows.Handle(file.Fd())
	if err := windows.GetConsoleMode(handle, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
