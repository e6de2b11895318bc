package main

import (
	"runtime"
	"strings"
	"testing"
)

func TestSettingsThatCannotBeMeantAreRefused(t *testing.T) {
	for _, line := range []string{
		"serve --workers=-1", "serve --threads=-1", "serve --max-memory=-1", "serve --batch=-1", "serve --batch-delay=-1s", "serve --poll=-1s --models .", "serve --timeout=-1s", "serve --grace=-1s", "serve --drain-delay=-1s", "serve --max-connections=-1", "serve --queue=-2", "serve --log-burst=-1", "serve --burst=3", "serve --burst=3 --rate=0",
		"serve --poll=1s", "serve --default-model=a", "serve --endpoint=grpc://a:1", "serve --remote-model=a", "serve --remote-version=1", "serve --endpoint-token-file=a",
		"serve --models=. --engine=remote --endpoint=grpc://a:1 --remote-model=a", "serve --models=. --engine=remote --endpoint=grpc://a:1 --remote-version=1",
		"verify --endpoint=grpc://a:1", "predict --workers=-1 a.png",
		"verify --tolerance=0", "verify --tolerance=-1", "verify --tolerance=NaN", "verify --tolerance=Inf", "serve --tolerance=0", "bench --tolerance=0",
	} {
		args := strings.Fields(line)
		flag, _, _ := strings.Cut(args[1], "=")
		if r := portent(t, nil, nil, args...); r.err == nil || !strings.Contains(r.stderr, flag) {
			t.Errorf("%s: %v %q", line, r.err, r.stderr)
		}
	}
}

// TestLaterModelsHaveTheWorkersOfTheFirst opens models before and while requests
// are read promptly.
func TestLaterModelsHaveTheWorkersOfTheFirst(t *testing.T) {
	t.Setenv("GOMAXPROCS", "")
	cores := runtime.GOMAXPROCS(0)
	cmd, s := newServe(), serveSettings{loading: loading{engine: engineLocal, tolerance: 1e-4}}
	if err := s.prepare(cmd.Flags()); err != nil {
		t.Fatal(err)
	}
	defer readPromptly()()
	if s.workers != cores {
		t.Errorf("%d workers, expected %d", s.workers, cores)
	}
}
