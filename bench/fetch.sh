#!/bin/sh
# fetch.sh FOLDER: puts ONNX Runtime's shared library for Linux on x64 into the
# folder, out of the npm package onnxruntime-node. What is there already, with
# the right checksum, is not fetched again.
set -eu

version=1.30.0
package_sha256=6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75
library_sha256=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
url=https://registry.npmjs.org/onnxruntime-node/-/onnxruntime-node-$version.tgz
member=package/bin/napi-v6/linux/x64/libonnxruntime.so.1

folder=$1
library=$folder/libonnxruntime.so.1
package=$folder/onnxruntime-node.tgz

skip() {
  echo "SKIPPED: onnxruntime: $*. Nothing can be compared with it." >&2
  exit 0
}

sound() { # FILE SHA256
  [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status
}

mkdir -p "$folder"
sound "$library" "$library_sha256" && exit 0
[ "$(uname -sm)" = "Linux x86_64" ] || skip "this is $(uname -sm), the library is for Linux on x86_64"
command -v curl >/dev/null || skip "curl is not installed"
if ! sound "$package" "$package_sha256"; then
  echo "fetching ONNX Runtime $version (110 MB)"
  curl --fail --location --silent --show-error --retry 3 --output "$package" "$url" || skip "$url could not be fetched"
  sound "$package" "$package_sha256" || { rm -f "$package"; skip "$url is not the file that was expected: its SHA-256 is another one"; }
fi
tar --extract --gzip --to-stdout --file "$package" "$member" >"$library.part"
sound "$library.part" "$library_sha256" || { rm -f "$library.part"; skip "$member is not the file that was expected: its SHA-256 is another one"; }
mv "$library.part" "$library"
rm -f "$package"
