package guard_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/guard"
	"github.com/portent-go/portent/domain"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	secret := guard.NewSecret(unknown)
	tokens := openTokens(t, tokenFile(t, unknown))
	var told bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&told, nil), slog.NewJSONHandler(&told, nil)} {
		logger := slog.New(handler)
		logger.Info("x", "secret", secret, "pointer", &secret, "in", struct{ S guard.Secret }{secret}, "caller", guard.Caller{Token: &secret})
		logger.Info("x", "tokens", tokens, "options", guard.Options{Tokens: tokens})
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&told, verb+verb+verb, secret, &secret, tokens)
	}
	for _, value := range []any{secret, &secret, map[string]guard.Secret{"x": secret}, guard.Caller{Token: &secret}} {
		if err := json.NewEncoder(&told).Encode(value); err != nil {
			t.Error(err)
		}
	}
	if text := told.String(); strings.Contains(text, unknown) || strings.Contains(text, fmt.Sprintf("%x", unknown)) || !strings.Contains(text, "[redacted]") {
		t.Errorf("a secret is told: %s", text)
	}
}

func TestFilesOfTokens(t *testing.T) {
	for name, text := range map[string]string{
		"one": known, "with comments": "# Alice\n" + known + "\n\n  # Bob\n" + another + "\n", "of Windows": known + "\r\n" + another + "\r\n", "with spaces": "  " + known + "\t\n",
	} {
		g := newGuard(t, guard.Options{Tokens: openTokens(t, tokenFile(t, text))})
		token, other := guard.NewSecret(known), guard.NewSecret(unknown)
		if err := g.Admit(guard.Caller{Token: &token}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := g.Admit(guard.Caller{Token: &other}); domain.KindOf(err) != domain.Unauthenticated {
			t.Errorf("%s: an unknown token: %v", name, err)
		}
	}
	for text, want := range map[string]string{
		"": "no token", "\n# nothing\n": "no token", "ok\n" + unknown + " two": "line 2", unknown + "é": "line 1", "=": "line 1", "a=b": "line 1", unknown + "\x00": "line 1",
		strings.Repeat("x", 5000): "line 1", strings.Repeat("x\n", 1<<20): "too large",
	} {
		_, err := guard.OpenTokens(tokenFile(t, text))
		if domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), want) || strings.Contains(fmt.Sprintf("%v %#v", err, err), unknown) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if _, err := guard.OpenTokens(t.TempDir()); domain.KindOf(err) != domain.Invalid {
		t.Errorf("a folder: %v", err)
	}
}

func TestTokensAreReadAnew(t *testing.T) {
	path := tokenFile(t, known)
	tokens := openTokens(t, path)
	g := newGuard(t, guard.Options{Tokens: tokens})
	admitted := func(token string) bool {
		secret := guard.NewSecret(token)
		return g.Admit(guard.Caller{Token: &secret}) == nil
	}
	if changed, err := tokens.Reload(); changed || err != nil {
		t.Errorf("the same file: %v, %v", changed, err)
	}
	rewrite(t, path, another)
	if changed, err := tokens.Reload(); !changed || err != nil || admitted(known) || !admitted(another) {
		t.Errorf("another file: %v, %v, the old token: %v, the new one: %v", changed, err, admitted(known), admitted(another))
	}
	for _, broken := range []string{"", "not a token"} {
		rewrite(t, path, broken)
		if changed, err := tokens.Reload(); changed || domain.KindOf(err) != domain.Invalid || !admitted(another) {
			t.Errorf("a file of %q: %v, %v, the token: %v", broken, changed, err, admitted(another))
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if changed, err := tokens.Reload(); changed || err == nil || !admitted(another) {
		t.Errorf("no file: %v, %v", changed, err)
	}
}

func TestWhereATokenIs(t *testing.T) {
	for name, c := range map[string]struct {
		authorization, key []string
		want               string // which of the known tokens; empty: none
	}{
		"bearer":           {[]string{"Bearer " + known}, nil, known},
		"another case":     {[]string{"bEARER   " + known + " "}, nil, known},
		"a key":            {nil, []string{another}, another},
		"both":             {[]string{"Bearer " + known}, []string{another}, known},
		"a proxy's scheme": {[]string{"Basic " + known}, []string{another}, another},
		"another scheme":   {[]string{"Basic " + known}, nil, ""},
		"no scheme":        {[]string{known}, nil, ""},
		"nothing":          {nil, nil, ""},
		"an empty one":     {[]string{"Bearer "}, []string{" "}, ""},
		"two":              {[]string{"Bearer " + known, "Bearer " + another}, nil, ""},
		"two keys":         {nil, []string{known, another}, ""},
	} {
		got := guard.TokenOf(c.authorization, c.key)
		if (got == nil) != (c.want == "") || got != nil && *got != guard.NewSecret(c.want) {
			t.Errorf("%s: another token than %q", name, c.want)
		}
	}
}

// FuzzTokens: whatever a file holds, it is refused or its tokens are those of its
// lines.
func FuzzTokens(f *testing.F) {
	f.Add("# x\n"+known, unknown)
	f.Add(another+"\r\n", "=")
	f.Fuzz(func(t *testing.T, text, shown string) {
		tokens, err := guard.OpenTokens(tokenFile(t, text))
		if err != nil {
			if domain.KindOf(err) != domain.Invalid {
				t.Error(err)
			}
			return
		}
		listed := false
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			listed = listed || line == shown && !strings.HasPrefix(line, "#") && line != ""
		}
		secret := guard.NewSecret(shown)
		if admitted := newGuard(t, guard.Options{Tokens: tokens}).Admit(guard.Caller{Token: &secret}) == nil; admitted != listed {
			t.Errorf("admitted: %v, listed: %v", admitted, listed)
		}
	})
}
