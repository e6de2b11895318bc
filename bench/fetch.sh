#!/bin/sh
# fetch.sh FOLDER: puts ONNX Runtime's shared library for Linux on x64 into the
# folder, out of the npm package onnxruntime-node, from whichever registry npm is
# configured for. What is there already, with the right checksum, is not fetched
# again.
set -eu

version=1.30.0
package_sha256=6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75
library_sha256=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
name=onnxruntime-node
member=package/bin/napi-v6/linux/x64/libonnxruntime.so.1

folder=$1
library=$folder/libonnxruntime.so.1
package=$folder/$name-$version.tgz # as npm calls it

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
if ! sound "$package" "$package_sha256"; then
  command -v npm >/dev/null || skip "npm is not installed"
  echo "fetching ONNX Runtime $version (110 MB)"
  npm pack --silent --pack-destination "$folder" "$name@$version" >/dev/null || skip "npm could not fetch $name@$version"
  sound "$package" "$package_sha256" || { rm -f "$package"; skip "$name@$version is not the file that was expected: its SHA-256 is another one"; }
fi
tar --extract --gzip --to-stdout --file "$package" "$member" >"$library.part"
sound "$library.part" "$library_sha256" || { rm -f "$library.part"; skip "$member is not the file that was expected: its SHA-256 is another one"; }
mv "$library.part" "$library"
rm -f "$package"
