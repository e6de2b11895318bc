"""Posts pictures to a server and prints what they show.

Usage: python predict.py PICTURE...
PORTENT_URL names another server than http://localhost:8000. Nothing has to be
installed: this is the standard library of Python 3.
"""

import json
import mimetypes
import os
import sys
import urllib.error
import urllib.request

SERVER = os.environ.get("PORTENT_URL", "http://localhost:8000")


def predict(path):
    """Returns the server's answer for the picture in a file."""
    with open(path, "rb") as file:
        picture = file.read()
    kind = mimetypes.guess_type(path)[0] or "image/png"
    request = urllib.request.Request(SERVER + "/predict?top_k=1", picture, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def main(paths):
    failed = False
    for path in paths:
        try:
            answer = predict(path)
            print(f"{path}: {answer['label']}, {answer['probability']:.1%}")
        except urllib.error.HTTPError as refusal:  # the body says what was expected
            failed = True
            print(f"{path}: {json.load(refusal)['error']}", file=sys.stderr)
        except OSError as trouble:
            failed = True
            print(f"{path}: {trouble}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
