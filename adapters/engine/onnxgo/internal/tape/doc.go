// Package tape runs a plan on Gorgonia: it builds an expression graph whose
// nodes are the plan's steps, and keeps one tape machine for it.
//
// What is known of Gorgonia, and relied on:
//
//   - A graph and its machine belong to one goroutine at a time. Each Machine has
//     its own.
//   - The machine chooses an order that fits the graph's edges. As steps share
//     buffers, only the plan's order is right: each step's node therefore also
//     reads the node of the step before it, and a step run out of turn is an
//     error.
//   - Nodes with equal hash and children are merged: a step's hash is its number.
//   - The machine runs in a goroutine of its own, out of reach of the caller's
//     recover: a step recovers by itself.
//   - CallsExtern must be false, else every step allocates.
//
// It must not know of operators, files or serving.
package tape
