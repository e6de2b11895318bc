# make help lists the targets.
SHELL := /bin/bash -o pipefail
GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
IMAGE ?= portent
VERSION ?= devel
FUZZTIME ?= 5s
GENERATED := docs/docs.go docs/swagger.json docs/swagger.yaml

.PHONY: help build test race lint generate fresh fuzz bench-once image image-test browser-test check

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the static binary, in bin/portent
	CGO_ENABLED=0 $(GO) build -tags nethttpomithttp2 -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/portent ./cmd/portent

test: ## the tests, as the README has it
	$(GO) test ./...

race: ## the tests under the race detector, the longest of them shortened
	$(GO) test -race -short ./...

lint: ## gofmt, go vet, golangci-lint, go mod tidy, go build for arm64
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'not gofmt-ed'; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	GOARCH=arm64 $(GO) build ./...
	$(TOOL) golangci-lint run ./...
	cd test/browser && $(GO) vet -tags browser . && $(GO) mod tidy -diff

generate: ## write the generated files anew
	$(GO) generate ./...

fresh: ## fail if a generated file is not what its generator writes
	@before=$$(sha256sum $(GENERATED)); $(GO) generate ./...; after=$$(sha256sum $(GENERATED)); \
	test "$$before" = "$$after" || { echo 'not fresh, go generate changed:'; diff <(echo "$$before") <(echo "$$after"); exit 1; }

fuzz: ## every fuzz target for $(FUZZTIME)
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "fuzz $$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package | tail -n 2; \
	  done; \
	done

bench-once: ## every benchmark once, so that none rots
	$(GO) test -run '^$$' -bench . -benchtime 1x ./... | grep -v -E '^(ok|\?|PASS)'

image: ## the container image
	docker build -t $(IMAGE) --build-arg VERSION=$(VERSION) .

image-test: ## build the image and try it, with docker or buildah
	$(GO) test -tags image -count 1 -v ./test/image

browser-test: ## try the pages in a headless Chromium
	cd test/browser && $(GO) test -tags browser -count 1 -v .

check: lint test race fresh fuzz bench-once image-test browser-test ## everything
