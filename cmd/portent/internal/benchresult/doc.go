// Package benchresult is what `portent bench` has measured: as a document to keep, as
// tables and charts to look at, and compared with what was measured before.
//
// Every cell (a target, so many requests at once, so many rows in each) is measured in
// several rounds, in turn with the other cells. What differs between the rounds of a
// cell is its noise, and a difference between two cells is shown only if it is not
// likely to be that.
package benchresult
