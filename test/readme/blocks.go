package readme

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Block is a fenced block of a Markdown document.
type Block struct {
	Language string // the word after the fence: sh, python, text, json, ...
	Section  string // the heading of the first or second level above it
	Line     int    // of the fence
	Text     string // what is between the fences

	File   string // file=NAME: it is written to that file of the section's folder, and not run
	Python string // python=NAME: from here on, bin/NAME is the section's Python environment
	Needs  string // needs=PROGRAM: a program of Options.Path
	Of     string // of="COMMAND": it shows what that command prints
	Before string // before="COMMANDS": what readers have done before, run before the block
	After  string // after="COMMANDS": what readers do next, run after the block
	Exit   int    // exit=2: the command, or the last one, ends with that status
	Skip   string // skip="REASON": it is neither run nor compared
	Digest bool   // digest: digests are compared too; else any stands for any
}

// The lines that matter in a document.
var (
	fence     = regexp.MustCompile("^( {0,3})(`{3,}|~{3,})[ \t]*([^` \t]*)")
	heading   = regexp.MustCompile(`^#{1,2} +(.*?)[ #]*$`)
	comment   = regexp.MustCompile(`^<!-- run: (.*) -->$`)
	attribute = regexp.MustCompile(`^([a-z]+)(?:=("(?:[^"\\]|\\.)*"|[^ "]+))?(?: +|$)`)
)

// Blocks returns a document's fenced blocks in order.
func Blocks(document string) ([]Block, error) {
	var blocks []Block
	lines := strings.Split(document, "\n")
	section, attributes := "", ""
	for i := 0; i < len(lines); i++ {
		opened := fence.FindStringSubmatch(lines[i])
		if opened == nil {
			if attributes != "" {
				return nil, fmt.Errorf("line %d: no fence follows the comment that says how to run it", i+1)
			}
			if title := heading.FindStringSubmatch(lines[i]); title != nil {
				section = title[1]
			}
			if said := comment.FindStringSubmatch(lines[i]); said != nil {
				attributes = said[1]
			}
			continue
		}
		length := closing(lines[i+1:], opened[1], opened[2])
		if length < 0 {
			return nil, fmt.Errorf("line %d: the fence is not closed", i+1)
		}
		block := Block{Language: opened[3], Section: section, Line: i + 1, Text: unindented(lines[i+1:i+1+length], opened[1])}
		if err := block.read(attributes); err != nil {
			return nil, fmt.Errorf("line %d: %w", i, err)
		}
		blocks, attributes = append(blocks, block), ""
		i += length + 1
	}
	return blocks, nil
}

// closing returns how many lines there are before the fence that ends a block; -1
// if there is none.
func closing(lines []string, indent, opened string) int {
	return slices.IndexFunc(lines, func(line string) bool {
		line = strings.TrimRight(strings.TrimPrefix(line, indent), " \t")
		return len(line) >= len(opened) && strings.Trim(line, opened[:1]) == ""
	})
}

func unindented(lines []string, indent string) string {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(strings.TrimPrefix(line, indent) + "\n")
	}
	return text.String()
}

// read reads attributes: name, name=value or name="value".
func (b *Block) read(attributes string) error {
	for rest := attributes; rest != ""; {
		found := attribute.FindStringSubmatch(rest)
		if found == nil {
			return fmt.Errorf("%q is no attribute", rest)
		}
		rest = rest[len(found[0]):]
		value := found[2]
		if strings.HasPrefix(value, `"`) {
			var err error
			if value, err = strconv.Unquote(value); err != nil {
				return fmt.Errorf("attribute %s: %w", found[1], err)
			}
		}
		if err := b.set(found[1], value); err != nil {
			return err
		}
	}
	return nil
}

func (b *Block) set(name, value string) error {
	if (value == "") != (name == "digest") {
		return fmt.Errorf("attribute %s has the value %q", name, value)
	}
	var err error
	switch name {
	case "file":
		b.File = value
	case "python":
		b.Python = value
	case "of":
		b.Of = value
	case "before":
		b.Before = value
	case "needs":
		b.Needs = value
	case "after":
		b.After = value
	case "exit":
		b.Exit, err = strconv.Atoi(value)
	case "skip":
		b.Skip = value
	case "digest":
		b.Digest = true
	default:
		err = fmt.Errorf("there is no attribute %q", name)
	}
	return err
}

// Sections returns the blocks of each section, in order.
func Sections(blocks []Block) [][]Block {
	var sections [][]Block
	for i, block := range blocks {
		if i == 0 || block.Section != blocks[i-1].Section {
			sections = append(sections, nil)
		}
		last := len(sections) - 1
		sections[last] = append(sections[last], block)
	}
	return sections
}
