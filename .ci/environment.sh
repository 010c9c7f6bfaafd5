#!/bin/sh
# Make an empty environment of Python 3.11 to 3.13: `sh .ci/environment.sh FOLDER [PYTHON]`.
#
# PYTHON comes first where it is given, then 3.11, of which most results are. Debian's Python without python3-venv lacks the pip that
# `venv` would copy, but one that is installed can fill the environment.
folder=$1

fits() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

make_with() {
  if "$1" -c 'import ensurepip' 2>/dev/null; then
    "$1" -m venv --clear "$folder"
  elif "$1" -m pip --version >/dev/null 2>&1; then
    "$1" -m venv --clear --without-pip "$folder" &&
      "$1" -m pip --python "$folder/bin/python" install --quiet pip
  else
    echo "$1 can make no environment: apt-get install python3-venv" >&2
    return 1
  fi
}

for python in $2 python3.11 python3.12 python3.13 python3 python; do
  if fits "$python"; then
    echo "Making $folder with $("$python" --version)"
    make_with "$python"
    exit
  fi
done
echo "Python 3.11 to 3.13 was not found: install it (Debian 12: apt-get install python3-venv;" \
  "macOS: brew install python@3.11), or say make PYTHON=/path/to/python3.11" >&2
exit 1
