# `make` lists the targets. Written for GNU make 3.81 as well, the one that macOS has.

VENV := .venv
BIN := $(VENV)/bin

# Where an NVIDIA driver is present, TensorFlow gets its CUDA libraries. The stamp is named after
# that, so that a driver installed later is noticed.
CUDA := $(shell [ -e /proc/driver/nvidia/version ] || nvidia-smi >/dev/null 2>&1 && echo cuda)
# A run needs a framework alone; everything else is what tests, checks and servers need.
RUNS := $(VENV)/.installed-runs$(CUDA:%=-%)
INSTALLED := $(VENV)/.installed$(CUDA:%=-%)

# Entry points say `python`; it has to be the environment's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
MLFLOW := $(BIN)/python -m mlflow
STORE := sqlite:///mlflow.db

.DEFAULT_GOAL := help
.PHONY: help env run suite doctor bench ui server compare share test gpu-bundle lint format conda.yaml clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

env: $(INSTALLED) ## make the whole environment in .venv (the other targets make what they need)

# Without `mlflow run`, which asks its tracking server before it starts anything, and makes a run
# of its own, with the account's name.
run: $(RUNS) ## run the default benchmark; settings: make run ARGS="-P epochs=1"
	$(BIN)/python -m chipbench.train $(ARGS)

suite: $(RUNS) ## run all benchmarks unattended, hours; five minutes: make suite ARGS="suite=quick"
	$(BIN)/python -m chipbench.suite $(ARGS)

# All run, also after one that missed a limit; then make says so. One more, `faults`, takes hours.
BENCHES := train transformer learning features startup monitor input compare share export sweep
bench: $(INSTALLED) ## measure chipbench itself, about 40 minutes; one: make bench BENCHES=train
	@missed=; cd tests/benchmarks; for bench in $(BENCHES); do \
	  echo "== $$bench"; ../../$(BIN)/python bench_$$bench.py || missed="$$missed $$bench"; \
	done; test -z "$$missed" || { echo "missed:$$missed" >&2; exit 1; }

doctor: $(RUNS) ## say what this machine is, what is used, and what is missing
	$(BIN)/python -m chipbench.doctor $(ARGS)

# One process answers one reader; MLflow's job runners serve language models alone.
ui: $(RUNS) ## browse the recorded runs in MLflow; another port: make ui ARGS="--port 8080"
	@echo 'http://127.0.0.1:5000/#/experiments?workflowType=machine_learning (or the port of ARGS)'
	MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false $(MLFLOW) ui --backend-store-uri $(STORE) --workers 1 $(ARGS)

server: $(INSTALLED) ## start a tracking server with a login: PostgreSQL if installed, else SQLite
	PYTHON=$(CURDIR)/$(BIN)/python bash conf/server/local.sh

compare: $(RUNS) ## import the published results, compare all runs, and write a report
	$(BIN)/python -m chipbench.reference
	$(BIN)/python -m chipbench.compare $(ARGS)

share: $(RUNS) ## show the last result, and write it as a file for others with a card
	$(BIN)/python -m chipbench.share $(ARGS)

# Many tests wait for the processes that they start: four at a time keep two cores busy.
TOGETHER := --numprocesses=4 --dist=worksteal

test: $(INSTALLED) ## run the tests; one of them: make test ARGS="-k stopwatch"
	$(BIN)/python -m pytest $(TOGETHER) --durations=20 $(ARGS)

gpu-bundle: $(INSTALLED) ## pack the tests for a machine with a GPU and no network, see tests/gpu
	PATH="$(CURDIR)/$(BIN):$$PATH" sh tests/gpu/bundle.sh build/gpu-bundle

lint: $(INSTALLED) ## check style, types, who imports whom, and that dependencies are declared
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

format: $(INSTALLED) ## rewrite the sources in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

conda.yaml: $(BIN)/python ## after a change of dependencies: renew the digest in conda.yaml
	$(BIN)/python tests/support/conda_digest.py

clean: ## remove the environment and the caches; recorded runs and outputs stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache \
	  .hypothesis build dist
	find conf src tests -name __pycache__ -prune -exec rm -rf {} +

# uv installs in a fraction of pip's time, and pip knows indexes that only it is configured for.
# Uncompiled, TensorFlow takes three times as long to import wherever bytecode is not written.
define install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode -e '.[$(1)]' || \
	  $(BIN)/python -m pip install -e '.[$(1)]'
endef

$(RUNS): pyproject.toml $(BIN)/python
	$(call install,tensorflow$(CUDA:%=,%))
	@rm -f $(VENV)/.installed-runs* && touch $@

$(INSTALLED): pyproject.toml $(BIN)/python
	$(call install,dev$(CUDA:%=,%))
	@rm -f $(VENV)/.installed* && touch $@ $(RUNS)

# The newest that fits the machine, or PYTHON=/path/to/python3.11.
$(BIN)/python:
	@sh .ci/environment.sh $(VENV) $(PYTHON)
