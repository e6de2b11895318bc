package onnxfile

import (
	"container/heap"
	"sort"
)

// inOrder puts nodes into an order in which each value is made before it is used.
// ONNX asks for one, but not every program that changes a model keeps it: converters to
// FP16 add their casts at the end. Nodes that have an order stay as they are; else the
// next one is always the first in the file whose inputs are there. If there is no order
// at all they stay as they are as well, and the engine tells what is missing.
func inOrder(nodes []Node) []Node {
	makers := make(map[string]int, len(nodes))
	for i, n := range nodes {
		for _, name := range n.Outputs {
			if _, ok := makers[name]; name != "" && !ok {
				makers[name] = i
			}
		}
	}
	ordered := true
	for i := range nodes {
		nodes[i].needs(func(name string) {
			if maker, ok := makers[name]; ok && maker >= i {
				ordered = false
			}
		})
	}
	if ordered {
		return nodes
	}
	if sorted := arranged(nodes, makers); len(sorted) == len(nodes) {
		return sorted
	}
	return nodes
}

// arranged returns the nodes whose values can be made. Makers are the nodes that make
// a value.
func arranged(nodes []Node, makers map[string]int) []Node {
	users, missing := make([][]int, len(nodes)), make([]int, len(nodes)) // a value that is used twice counts twice
	for i := range nodes {
		nodes[i].needs(func(name string) {
			if maker, ok := makers[name]; ok {
				users[maker] = append(users[maker], i)
				missing[i]++
			}
		})
	}
	var next ready
	for i := range nodes {
		if missing[i] == 0 {
			next.Push(i) // in the order of a heap
		}
	}
	sorted := make([]Node, 0, len(nodes))
	for next.Len() > 0 {
		i := heap.Pop(&next).(int)
		sorted = append(sorted, nodes[i])
		for _, user := range users[i] {
			if missing[user]--; missing[user] == 0 {
				heap.Push(&next, user)
			}
		}
	}
	return sorted
}

// ready is a heap of nodes that wait for nothing, the first in the file on top.
type ready struct{ sort.IntSlice }

// Push is called by package heap.
func (r *ready) Push(i any) { r.IntSlice = append(r.IntSlice, i.(int)) }

// Pop is called by package heap.
func (r *ready) Pop() any {
	last := r.Len() - 1
	i := r.IntSlice[last]
	r.IntSlice = r.IntSlice[:last]
	return i
}

// needs calls f with the values that a node takes, be it in a graph within it.
func (n *Node) needs(f func(name string)) {
	for _, name := range n.Inputs {
		f(name)
	}
	for _, a := range n.Attributes {
		if a.Graph != nil {
			a.Graph.needs(f)
		}
		for _, g := range a.Graphs {
			g.needs(f)
		}
	}
}

// needs calls f with the values that a graph within a node takes from outside.
func (g *Graph) needs(f func(name string)) {
	own := map[string]bool{}
	for _, input := range g.Inputs {
		own[input.Name] = true
	}
	for _, n := range g.Nodes {
		for _, name := range n.Outputs {
			own[name] = true
		}
	}
	outside := func(name string) {
		if _, constant := g.Initializers[name]; !constant && !own[name] {
			f(name)
		}
	}
	for _, output := range g.Outputs {
		outside(output.Name)
	}
	for i := range g.Nodes {
		g.Nodes[i].needs(outside)
	}
}
