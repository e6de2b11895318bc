# make help lists the targets.
SHELL := /bin/bash -o pipefail
GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
IMAGE ?= portent
VERSION ?= devel
# A number of runs and not a time: a run that is cut off by time is sometimes reported as a failure.
FUZZTIME ?= 5000x
GENERATED := $(shell awk '/linguist-generated/ {print $$1}' .gitattributes)

ENGINE := ./adapters/engine/onnxgo
GENERATOR := $(ENGINE)/internal/micro/gen

.PHONY: help build reproducible sbom test race noasm arm64 cover lint generate fresh conformance operators models torch-models sklearn-models tensorflow-models fuzz corpora bench bench-once image image-test browser-test monitoring-test openapi-test readme-test bring-test deploy-test cluster-test clients soak soak-once check

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What is shipped leaves out what is not used: tools/lean/prepare.sh says how.
BUILD := GO="$(GO)" VERSION=$(VERSION) sh tools/lean/build.sh

build: ## the static binary, in bin/portent
	$(BUILD) -o bin/portent

# The second time nothing that was compiled before is used again.
reproducible: ## build the last commit twice, in different folders, and compare the bytes
	@set -e; folder=$$(mktemp -d); trap 'chmod -R u+w '$$folder'; rm -rf '$$folder EXIT; \
	git clone -q --no-hardlinks . $$folder/one; git clone -q --no-hardlinks . $$folder/another-name; \
	(cd $$folder/one && $(BUILD) -o portent); \
	(cd $$folder/another-name && GOCACHE=$$folder/cache TMPDIR=$$folder $(BUILD) -o portent); \
	cmp $$folder/one/portent $$folder/another-name/portent; \
	echo "commit $$(git rev-parse --short HEAD), twice: sha256 $$(sha256sum $$folder/one/portent | cut -d ' ' -f 1)"

sbom: build ## what the binary is made of, in bin/portent.cdx.json (CycloneDX)
	$(TOOL) cyclonedx-gomod bin -json -std -noserial -notimestamp -version $(VERSION) -output bin/portent.cdx.json bin/portent
	$(GO) run ./test/sbom bin/portent bin/portent.cdx.json

test: ## the README's command, as it stands there
	@commands=$$(sed -n '/^## Tests/,/^## /{/^```sh/,/^```/{//!p}}' README.md); test -n "$$commands" || { echo 'README.md has no command for the tests'; exit 1; }; \
	echo "$$commands"; bash -eu <<<"$$commands"

race: ## the tests under the race detector, the longest of them shortened
	$(GO) test -race -short ./...

noasm: ## the engine's tests without assembly
	$(GO) vet -tags noasm ./...
	$(GO) test -short -tags noasm $(ENGINE)/...

# The longest tests are left out: an emulated processor takes ten times as long.
arm64: ## the engine's tests for arm64, under qemu
	@command -v qemu-aarch64-static >/dev/null || { echo 'SKIPPED: the tests for arm64 need qemu-aarch64-static (Debian: qemu-user-static)'; exit 0; }; \
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -short -exec qemu-aarch64-static $(ENGINE)/internal/... && \
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -short -run 'Agrees|Batches|Threads' -exec qemu-aarch64-static $(ENGINE)

cover: ## which statements the tests run, by function and in total
	@mkdir -p bin
	$(GO) test -coverpkg ./... -coverprofile bin/cover.out ./...
	@$(GO) tool cover -func bin/cover.out

lint: ## gofmt, go vet, golangci-lint, go mod tidy, go build for arm64
	@files=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard "*.go")); test -z "$$files" || { echo "$$files"; echo 'not gofmt-ed'; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	GOARCH=arm64 $(GO) build ./...
	$(TOOL) golangci-lint run ./...
	cd tools && $(GO) vet ./... && $(GO) mod tidy -diff
	cd $(GENERATOR) && $(GO) vet . && $(GO) mod tidy -diff
	$(MAKE) --no-print-directory -C bench lint
	cd test/browser && $(GO) vet -tags browser . && $(GO) mod tidy -diff
	cd test/clients && $(GO) vet . && $(GO) mod tidy -diff
	cd test/conformance && $(GO) vet . && $(GO) mod tidy -diff
	cd test/openapi && $(GO) vet . && $(GO) mod tidy -diff
	cd test/deploy && $(GO) vet . && $(GO) mod tidy -diff
	cd test/cluster && $(GO) vet . && $(GO) mod tidy -diff

generate: ## write the generated files anew
	$(GO) generate ./...

fresh: ## fail if a generated file is not what its generator writes
	@set -e; before=$$(sha256sum $(GENERATED) </dev/null); $(GO) generate ./...; after=$$(sha256sum $(GENERATED) </dev/null); \
	test "$$before" = "$$after" || { echo 'not fresh, go generate changed:'; diff <(echo "$$before") <(echo "$$after"); exit 1; }

# ONNX's own cases are written by its Python package. Without it, or an index to
# install it from, only those that come with onnx-go are run.
CASES := bin/onnx-cases
PYTHON_ENV := bin/python

$(PYTHON_ENV): test/requirements.txt
	rm -rf $@ && python3 -m venv $@ && $@/bin/pip install --quiet --disable-pip-version-check -r $< || { rm -rf $@; exit 1; }

$(CASES): test/conformance/cases.py | $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/python -W ignore $< $@

conformance: ## ONNX's own test cases against the engine, and docs/operators.md
	@$(MAKE) --no-print-directory $(CASES) || echo 'SKIPPED: the current cases of ONNX need Python 3 with venv and the package index'
	cd test/conformance && ONNX_CASES=$$(test -d ../../$(CASES) && echo ../../$(CASES)) UPDATE_REPORT=$(UPDATE_REPORT) $(GO) test -count 1 .

# Whole models with ONNX Runtime's answers: of Debian's PyTorch, and of scikit-learn and
# TensorFlow, which have an environment each, since they ask for other versions.
MODELS := bin/models
SYSTEM_PYTHON ?= /usr/bin/python3
CHECK_MODELS = cd test/conformance && ONNX_MODELS=../../$(1) $(GO) test -count 1 -run TestModels .

$(MODELS): test/zoo/torch_models.py test/zoo/references.py test/zoo/vectors.py | $(PYTHON_ENV)
	rm -rf $@ && mkdir -p $@.new && $(SYSTEM_PYTHON) -W ignore test/zoo/torch_models.py $@.new >/dev/null && \
	$(PYTHON_ENV)/bin/python -B -W ignore test/zoo/references.py $@.new >/dev/null && mv $@.new $@

bin/sklearn-python bin/tensorflow-python: bin/%-python: test/zoo/%.txt
	rm -rf $@ && python3 -m venv $@ && $@/bin/pip install --quiet --disable-pip-version-check -r $< || { rm -rf $@; exit 1; }

bin/sklearn: test/zoo/sklearn_pipelines.py
bin/sklearn bin/tensorflow: bin/%: test/zoo/%_models.py test/zoo/vectors.py test/zoo/%.txt | bin/%-python
	rm -rf $@ $@.new && bin/$*-python/bin/python -B -W ignore $< $@.new >/dev/null && mv $@.new $@

models: torch-models sklearn-models tensorflow-models ## whole models of all kinds against ONNX Runtime

torch-models:
	@if ! $(SYSTEM_PYTHON) -c 'import torchvision' 2>/dev/null; then echo 'SKIPPED: the models of PyTorch need it for Python (Debian: python3-torchvision)'; \
	elif ! $(MAKE) --no-print-directory $(PYTHON_ENV); then echo 'SKIPPED: the models of PyTorch need Python 3 with venv and the package index'; \
	else $(MAKE) --no-print-directory $(MODELS) && $(call CHECK_MODELS,$(MODELS)); fi

sklearn-models tensorflow-models: %-models:
	@if ! $(MAKE) --no-print-directory bin/$*-python; then echo 'SKIPPED: the models of $* need Python 3 with venv and the package index'; \
	else $(MAKE) --no-print-directory bin/$* && $(call CHECK_MODELS,bin/$*); fi

operators: ## write docs/operators.md anew
	$(MAKE) --no-print-directory conformance UPDATE_REPORT=1

# What fuzzing has found worth keeping begins the next one, which looks for it in Go's cache.
CORPORA := $(CURDIR)/test/corpora.tar.gz
FUZZED = $(shell $(GO) env GOCACHE)/fuzz

fuzz: ## every fuzz target, FUZZTIME runs or seconds of each
	@set -e; mkdir -p $(FUZZED); tar -C $(FUZZED) --skip-old-files -xzf $(CORPORA); for package in $$($(GO) list ./...); do \
	  targets=$$($(GO) test -list '^Fuzz' $$package); \
	  for target in $$(grep '^Fuzz' <<<"$$targets" || true); do \
	    out=$$($(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package) || { echo "$$out"; exit 1; }; \
	    echo "$$target $$(tail -n 1 <<<"$$out")"; \
	  done; \
	done

corpora: ## keep what fuzzing has found
	tar -C $(FUZZED) --sort=name --mtime=2000-01-01 --owner=0 --group=0 --numeric-owner -c github.com/portent-go/portent | gzip -n -9 >$(CORPORA)

bench: ## engine and server against others, one table; see bench/README.md
	$(MAKE) --no-print-directory -C bench

bench-once: ## every benchmark once, so that none rots
	$(GO) test -run '^$$' -bench . -benchtime 1x ./... | grep -v -E '^(ok|\?|PASS)'
	$(MAKE) --no-print-directory -C bench test

image: ## the container image
	docker build -t $(IMAGE) --build-arg VERSION=$(VERSION) .

image-test: ## build the image and try it, with docker or podman
	$(GO) test -tags image -count 1 -v ./test/image

# npm fetches axe-core, which looks for what keeps people out.
browser-test: ## try the pages in a headless Chromium; UPDATE_SCREENSHOTS=1 writes docs/screenshots anew
	cd test/browser && AXE=$(CURDIR)/bin/axe $(GO) test -tags browser -count 1 -v .

# Prometheus is no Go library that a test could start.
monitoring-test: ## a real Prometheus scrapes the server and answers the dashboard's queries
	@if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null; then echo 'SKIPPED: the dashboard and the alerts need prometheus and promtool (Debian: prometheus)'; \
	else $(GO) vet -tags monitoring ./test/monitoring && $(GO) test -tags monitoring -count 1 -v ./test/monitoring; fi

# Hugging Face's packages stand on Debian's PyTorch: the one from the package index
# takes gigabytes.
bin/optimum-python: test/readme/optimum.txt
	$(SYSTEM_PYTHON) -c 'import torch'
	rm -rf $@ && $(SYSTEM_PYTHON) -m venv --system-site-packages $@ && $@/bin/pip install --quiet --disable-pip-version-check -r $< || { rm -rf $@; exit 1; }

readme-test: ## the commands of README.md, as they stand
	$(GO) vet -tags documents ./test/readme && $(GO) test -tags documents -count 1 -run TestReadme ./test/readme

bring-test: ## docs/bring-your-model.md, as it stands
	@for python in optimum sklearn tensorflow; do $(MAKE) --no-print-directory bin/$$python-python || \
	  echo "SKIPPED: sections of the document need Python 3 with venv, the package index and, for optimum, PyTorch (Debian: python3-torch)"; done
	$(GO) test -tags documents -count 1 -v -run TestBringYourModel ./test/readme

openapi-test: ## the HTTP interface's documents, and answers against them
	cd test/openapi && $(GO) test -count 1 .

deploy-test: ## the manifests against the APIs of Kubernetes and KServe, and a start as they start it
	cd test/deploy && $(GO) test -count 1 .

# A kube-apiserver and kubectl are no Go libraries that a test could start, but Go programs that can be built.
CLUSTER := test/cluster/kubernetes
KUBE_APISERVER := bin/kube-apiserver
KUBECTL := bin/kubectl
KUBERNETES = $(shell awk '$$1 == "k8s.io/kubernetes" {print $$2}' $(CLUSTER)/go.mod)

$(KUBE_APISERVER) $(KUBECTL): bin/%: $(CLUSTER)/go.mod
	@echo 'building $* $(KUBERNETES), which takes up to a quarter of an hour'
	cd $(CLUSTER) && CGO_ENABLED=0 nice $(GO) build -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES) -X k8s.io/client-go/pkg/version.gitVersion=$(KUBERNETES)" -o ../../../$@ k8s.io/kubernetes/cmd/$*

cluster-test: ## the manifests, and what documents do with kubectl, against a real kube-apiserver over a real etcd; both programs of Kubernetes are built the first time
	@if ! command -v etcd >/dev/null; then echo 'SKIPPED: the manifests against a kube-apiserver need etcd (Debian: etcd-server)'; \
	else $(MAKE) --no-print-directory $(KUBE_APISERVER) $(KUBECTL) && cd test/cluster && KUBE_APISERVER=$(CURDIR)/$(KUBE_APISERVER) KUBECTL=$(CURDIR)/$(KUBECTL) $(GO) test -count 1 -v .; fi

# What is written in Python has an environment each: MLServer asks for other versions.
CLIENTS_PYTHON := bin/clients-python
MLSERVER_PYTHON := bin/mlserver-python

$(CLIENTS_PYTHON): test/clients/requirements.txt
$(MLSERVER_PYTHON): test/clients/mlserver.txt
$(CLIENTS_PYTHON) $(MLSERVER_PYTHON):
	rm -rf $@ && python3 -m venv $@ && $@/bin/pip install --quiet --disable-pip-version-check -r $< || { rm -rf $@; exit 1; }

POSTMAN := bin/postman

$(POSTMAN): test/clients/postman/package.json test/clients/postman/package-lock.json
	rm -rf $@ && mkdir -p $@ && cp $^ $@ && npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || { rm -rf $@; exit 1; }

INSTALLED = $$(test -d $(CURDIR)/$(1) && echo $(CURDIR)/$(1)$(2))

clients: ## clients of Triton, KServe and Postman, a generated one, the examples, grpcurl and Schemathesis; MLServer behind the server
	@$(MAKE) --no-print-directory $(CLIENTS_PYTHON) || echo 'SKIPPED: the clients need Python 3 with venv and the package index'
	@$(MAKE) --no-print-directory $(MLSERVER_PYTHON) || echo 'SKIPPED: MLServer needs Python 3 with venv and the package index'
	@$(MAKE) --no-print-directory $(POSTMAN) || echo 'SKIPPED: the tools of Postman need npm and the package registry'
	cd test/clients && CLIENTS_PYTHON=$(call INSTALLED,$(CLIENTS_PYTHON),/bin/python) MLSERVER_PYTHON=$(call INSTALLED,$(MLSERVER_PYTHON),/bin/python) POSTMAN=$(call INSTALLED,$(POSTMAN)) $(GO) test -count 1 -v .

# Each of the longest scenarios lasts so long; the whole takes about seven times that.
SOAK ?= 60s

soak: ## faults: overload, signals, full disks, clocks, hostile clients; counts wrong, lost, crashed
	$(GO) run ./test/soak -time $(SOAK) $(SOAKFLAGS)

soak-once: ## the same, once and in under a minute
	$(GO) run ./test/soak -short

check: lint reproducible sbom test race noasm arm64 fresh openapi-test deploy-test conformance models fuzz bench-once image-test browser-test monitoring-test clients readme-test bring-test soak-once ## everything
