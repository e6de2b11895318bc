// Package browser tries the program's pages in a real browser. Run it by `make
// browser-test`.
package browser
