// Package term is how the program looks on a terminal: colours, widths, bars,
// tables, and progress on long work. Where the output is no terminal, the same
// calls give the same words without colours, and no progress.
//
// Nothing is said by colour alone.
package term
