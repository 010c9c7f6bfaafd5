#!/bin/sh
# bundle.sh FOLDER: the wheels, the tests, and what runs them, for a machine without a network.
set -e
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1" && mkdir -p "$1/wheels"
python -m pip wheel --quiet --no-deps --wheel-dir "$1/wheels" "$here/../.." "antlr4-python3-runtime==4.9.3"
python -m pip download --quiet --no-deps --dest "$1/wheels" --only-binary=:all: \
  --python-version 3.12 --implementation cp --platform manylinux_2_28_x86_64 \
  --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --requirement "$here/requirements.txt"
cp "$here/run.sh" "$here/test_card.py" "$1"
size=$(du -sm "$1" | cut -f1)
echo "$1: $size MiB"
test "$size" -lt 60
