#!/bin/sh
# run.sh [PYTEST-ARGUMENTS…]: installs the wheels beside it, without a network, and runs the tests.
set -e
cd "$(dirname "$0")"
"${PYTHON:-python3.12}" -m venv --system-site-packages environment
environment/bin/python -m pip install --quiet --no-index --no-deps wheels/*.whl
exec environment/bin/python -m pytest -q -s -rs test_card.py "$@"
