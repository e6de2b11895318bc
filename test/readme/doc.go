// Package readme does what documents tell their readers to do: it takes the fenced
// blocks out of a Markdown file, runs the commands as they stand, and compares what
// is printed with what the document shows. make bring-test runs it.
//
// All blocks below a heading of the second level are a section, which is run in a
// fresh folder from top to bottom:
//
//   - sh blocks are run by bash, with a freshly built portent first in PATH. A line
//     that starts portent serve runs in the background, is waited for until it is
//     ready, and is stopped when the next one starts and when the section ends.
//   - python blocks are run, or only written to a file.
//   - The block right after a sh or python block, if it is text or json, is compared
//     with what that printed.
//
// A comment in the line before a fence says what readers need not see:
//
//	<!-- run: python=sklearn-python file=export.py -->
//
// The attributes are those of Block.
package readme
