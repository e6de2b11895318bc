package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/portent-go/portent/bench/internal/engine"
	"github.com/portent-go/portent/bench/internal/nets"
	"github.com/portent-go/portent/bench/internal/report"
)

func run(s *settings) error {
	var table report.Table
	results, err := engines(s)
	if err != nil {
		return err
	}
	for _, r := range results {
		table = append(table, report.Engine(r))
	}
	fmt.Println(table.Text())
	return nil
}

// engines measures the engine level.
func engines(s *settings) ([]engine.Result, error) {
	folder := filepath.Join(s.cache, "nets")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	places := engine.Places{
		Programs: filepath.Join(s.cache, "bin"), ONNXRuntime: filepath.Join(s.cache, "libonnxruntime.so.1"),
		Python: s.python, Scripts: filepath.Join("peer", "torchscript"), Nets: folder,
	}
	all, skipped := places.Peers(s.isas)
	for _, p := range skipped {
		fmt.Fprintf(os.Stderr, "SKIPPED: %s: %s\n", p.Name, p.Reason)
	}
	var peers []engine.Peer
	for _, p := range all {
		if chosen(s.peers, p.Name) {
			peers = append(peers, p)
		}
	}
	var results []engine.Result
	for _, net := range nets.All() {
		if !chosen(s.nets, net.Name) {
			continue
		}
		subject, err := engine.Prepare(net, folder)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(os.Stderr, "measuring", net.Name)
		results = append(results, s.plan(net.Layer).Measure(subject, peers)...)
	}
	return results, nil
}
