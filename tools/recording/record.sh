#!/bin/bash
# Writes docs/screenshots/first-minutes.svg anew, from a real terminal. It needs
# asciinema, jq and npx; port 8000 must be free.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=devel' -o "$folder/portent" ./cmd/portent
PATH=$folder:$PATH asciinema rec --quiet --cols 100 --rows 30 --idle-time-limit 3 --command 'bash tools/recording/scenes.sh' "$folder/first-minutes.cast"
mkdir -p docs/screenshots
npx --yes svg-term-cli@2.1.1 --in "$folder/first-minutes.cast" --out docs/screenshots/first-minutes.svg --window --width 100 --height 30
