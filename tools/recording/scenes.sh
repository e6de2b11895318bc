#!/bin/bash
# What is recorded for docs/screenshots/first-minutes.svg: real commands, typed and run.
set -u

say() { # types a command as a person would, and runs it
  printf '\033[1;32m$\033[0m '
  local i
  for ((i = 0; i < ${#1}; i += 9)); do
    printf '%s' "${1:i:9}"
    sleep 0.12
  done
  echo
  sleep 0.3
}

run() {
  say "$1"
  eval "$1"
  sleep "${2:-1.5}"
}

say 'portent serve &'
portent serve --log-level error &
server=$!
until portent health >/dev/null 2>&1; do sleep 0.05; done
sleep 3
echo
run "curl -sF image=@model/samples/ship.png 'localhost:8000/predict?top_k=2' | jq -c .top" 2.5
run 'portent predict --top-k 2 model/samples/{cat,dog,ship}.png' 2.5
run "curl -s localhost:8000/predict -d '{\"input\": [[[0.5, \"a\"]]]}' -H 'Content-Type: application/json' | jq -r .error" 2.5
kill $server
wait $server 2>/dev/null
