package guard

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portent-go/portent/domain"
)

// digest stands for a token: what is compared has the same length for all, and what
// is kept in memory is of no use to whoever reads it.
type digest [sha256.Size]byte

// Tokens are those of a file, as they were when last read and found sound. They are
// safe for concurrent use.
//
// The file holds a token a line. Empty lines, and lines that begin with #, mean
// nothing. A token is of the characters that HTTP allows for one: letters, digits
// and -._~+/ with = at its end.
type Tokens struct {
	path    string
	reading sync.Mutex
	read    []byte // the digest of the file; guarded by reading
	known   atomic.Pointer[[]digest]
}

// OpenTokens reads a file of tokens. One that is missing, holds no token, or holds
// what is none, is an error of kind Invalid that names the line and not what it
// holds.
func OpenTokens(path string) (*Tokens, error) {
	t := &Tokens{path: path}
	if _, err := t.Reload(); err != nil {
		return nil, err
	}
	return t, nil
}

// Reload reads the file again and reports whether it has changed. Where it is not
// sound, the tokens that were read before go on, and the error, of kind Invalid,
// says why: a slip in it shuts nobody out.
func (t *Tokens) Reload() (changed bool, err error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	text, err := readFile(t.path)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256(text)
	if bytes.Equal(sum[:], t.read) {
		return false, nil
	}
	known, err := parse(t.path, text)
	if err != nil {
		return false, err
	}
	t.read = sum[:]
	t.known.Store(&known)
	return true, nil
}

// lookup returns a token's digest, and whether it is known. It takes the same time
// for every token, be it known or not.
func (t *Tokens) lookup(token Secret) (digest, bool) {
	given, found := digest(sha256.Sum256([]byte(token.value))), 0
	for _, known := range *t.known.Load() {
		found |= subtle.ConstantTimeCompare(known[:], given[:])
	}
	return given, found == 1
}

// String tells no more than how many there are.
func (t *Tokens) String() string { return fmt.Sprintf("%d tokens", len(*t.known.Load())) }

// GoString tells no more either.
func (t *Tokens) GoString() string { return t.String() }

const (
	largestFile  = 1 << 20
	longestToken = 4096
)

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &domain.Error{Kind: domain.Invalid, Field: path, Msg: "the tokens cannot be read", Err: err}
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return nil, &domain.Error{Kind: domain.Invalid, Field: path, Msg: "the tokens cannot be read", Err: err}
	}
	if len(text) > largestFile {
		return nil, &domain.Error{Kind: domain.Invalid, Field: path, Msg: "is too large", Expected: fmt.Sprintf("at most %d bytes of tokens", largestFile)}
	}
	return text, nil
}

func parse(path string, text []byte) ([]digest, error) {
	var known []digest
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if !isToken(line) {
			return nil, &domain.Error{
				Kind: domain.Invalid, Field: fmt.Sprintf("%s, line %d", path, number), Msg: "is no token",
				Expected: fmt.Sprintf("at most %d letters, digits and -._~+/ with = at the end", longestToken), Hint: "one token a line; a comment begins with #",
			}
		}
		known = append(known, sha256.Sum256([]byte(line)))
	}
	if len(known) == 0 {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: path, Msg: "holds no token", Expected: "a token a line",
			Hint: "to shut everybody out, leave in it a token that nobody has",
		}
	}
	return known, nil
}

// tokenRunes are those of which a token is made.
const tokenRunes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"

// isToken reports whether a text can be sent as a bearer token (RFC 6750).
func isToken(text string) bool {
	bare := strings.TrimRight(text, "=")
	return bare != "" && len(text) <= longestToken && !strings.ContainsFunc(bare, func(r rune) bool {
		return !strings.ContainsRune(tokenRunes, r)
	})
}
