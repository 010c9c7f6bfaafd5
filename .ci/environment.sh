#!/bin/sh
# Make an empty environment: `sh .ci/environment.sh FOLDER [PYTHON]`.
#
# PYTHON is taken where it is given. Else the newest Python that has the framework of this machine and
# can make an environment: TensorFlow's plug-in is for 3.12 and older on Apple Silicon, and for 3.11
# on Intel Macs. Debian's Python without python3-venv lacks the pip that `venv` would copy, but a pip
# that is installed can fill the environment.
folder=$1

case "$(uname -sm 2>/dev/null)" in
  "Darwin arm64") fitting="3.12 3.11 3.13" machine="Macs with Metal" ;;
  Darwin*) fitting="3.11 3.12 3.13" machine="Intel Macs" ;;
  *) fitting="3.13 3.12 3.11" machine="this machine" ;;
esac

version() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

can_make() {
  "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 || "$1" -m pip --version >/dev/null 2>&1
}

make_with() {
  echo "Making $folder with $("$1" --version 2>&1) ($1): $2"
  if "$1" -c 'import ensurepip' 2>/dev/null; then
    "$1" -m venv --clear "$folder"
  else
    "$1" -m venv --clear --without-pip "$folder" &&
      "$1" -m pip --python "$folder/bin/python" install --quiet pip
  fi
}

refuse() {
  echo "$1" >&2
  exit 1
}

if [ -n "$2" ]; then
  given=$(version "$2")
  case "$given" in
    3.11 | 3.12 | 3.13) ;;
    "") refuse "PYTHON=$2 is no Python that runs: give the path of a Python 3.11 to 3.13" ;;
    *) refuse "PYTHON=$2 is Python $given: give the path of a Python 3.11 to 3.13" ;;
  esac
  can_make "$2" || refuse "PYTHON=$2 can make no environment: apt-get install python$given-venv"
  make_with "$2" "PYTHON says so"
  exit
fi

for wanted in $fitting; do
  for python in "python$wanted" python3 python; do
    [ "$(version "$python")" = "$wanted" ] || continue
    if can_make "$python"; then
      make_with "$python" "the first here of $fitting, in the order for $machine"
      exit
    fi
    unable=$wanted
  done
done
[ -z "$unable" ] || refuse "Python $unable is here and can make no environment: apt-get install \
python$unable-venv (Debian 12: python3-venv), or say make PYTHON=/path/to/python3.11"
refuse "Python 3.11 to 3.13 was not found: install it (Debian 12: apt-get install \
python3-venv; macOS: brew install python@${fitting%% *}), or say make PYTHON=/path/to/python3.11"
