//go:build documents && unix && !linux

package readme

import "errors"

func again([]string) (int, error) { return 0, errors.ErrUnsupported }

func loopback() error { return errors.ErrUnsupported }
