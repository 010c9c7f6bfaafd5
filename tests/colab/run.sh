#!/bin/sh
# run.sh 3.13: the notebook in an environment of Colab's packages, which is made anew; needs uv
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
uv venv --quiet --python "${PYTHON:-$1}" "$folder/env"
uv pip install --quiet --python "$folder/env/bin/python" --requirement "$here/packages-$1.txt"
cd "$folder"
HOME="$folder" PATH="$folder/env/bin:$PATH" \
  "$folder/env/bin/python" "$here/run_cells.py" "$(git -C "$here" rev-parse --show-toplevel)"
