#!/bin/sh
# Builds the program as it is shipped, VERSION inside: tools/lean/build.sh -o FILE.
# HTTP is spoken in version 1.1, over TLS too: the standard library's HTTP/2 stays out.
# gRPC brings its own.
set -eu
cd "$(dirname "$0")/../.."

# What prepare.sh writes has one place, since its path becomes part of the program. So
# one build at a time in one tree, and nothing is left there for tools to stumble over.
mkdir -p bin
if command -v flock >/dev/null; then
  exec 9>bin/lean.lock
  flock 9
fi
trap 'rm -rf bin/lean' EXIT
sh tools/lean/prepare.sh
CGO_ENABLED=0 "${GO:-go}" build -modfile=bin/lean/go.mod -tags nethttpomithttp2,grpcnotrace -trimpath \
  -ldflags "-s -w -X main.version=${VERSION:-devel}" "$@" ./cmd/portent
