package main

import (
	"iter"
	"slices"

	"github.com/portent-go/portent/bench/internal/engine"
	"github.com/portent-go/portent/bench/internal/nets"
)

// shippedName is what the model inside Portent's binary is called here.
const shippedName = "shipped"

// subjects prepares what is to be measured, one after the other.
func (s *settings) subjects(folder string) iter.Seq2[engine.Subject, error] {
	return func(yield func(engine.Subject, error) bool) {
		if s.has(levelNetworks) && chosen(s.nets, shippedName) {
			if !yield(engine.File(shippedName, shippedModel, folder)) {
				return
			}
		}
		for _, net := range nets.All() {
			level := levelNetworks
			if net.Layer {
				level = levelLayers
			}
			if s.has(level) && chosen(s.nets, net.Name) && !yield(engine.Prepare(net, folder)) {
				return
			}
		}
	}
}

// peersOf returns the peers to run on a subject. Those other than Portent and the
// reference are slow to start or to predict: if they are not asked for by name
// they run on networks only, and in a quick run on the shipped model only.
func (s *settings) peersOf(subject engine.Subject, peers []engine.Peer) (of []engine.Peer) {
	all := slices.Equal(s.peers, []string{"*"})
	for _, p := range peers {
		main := p.Name == engine.Reference || p.IsPortent()
		fits := !subject.Layer && (!s.quick || subject.Name == shippedName)
		if chosen(s.peers, p.Name) && (main || fits || !all) {
			of = append(of, p)
		}
	}
	return of
}
