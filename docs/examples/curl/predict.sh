#!/bin/sh
# Posts pictures to a server and prints its answers, a line of JSON for each.
# Usage: predict.sh PICTURE...
# PORTENT_URL names another server than http://localhost:8000.
set -u

status=0
for picture in "$@"; do
  # --fail-with-body prints the server's explanation, and still fails.
  curl --silent --show-error --fail-with-body --max-time 30 \
    --form "image=@$picture" "${PORTENT_URL:-http://localhost:8000}/predict?top_k=1" || status=1
done
exit $status
