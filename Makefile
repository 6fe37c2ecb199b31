# What there is to do in this repository. Needs Python ≥ 3.11, make and PyPI; no root, no Docker.
#
#   make demo    see it: starts the engine and the demo system, sends a request, prints its waterfall
#   make stop    stops both
#   make test    format, lint, types and tests (under 5 minutes)
#   make soak    the engine under 5,000 spans a second at its limit of 50 MB (3 minutes)
#   make live    the tests of the real stack; needs a Docker engine (under 8 minutes)
#   make clients builds ahead the applications in Rust and JavaScript that the tests run (with cargo and npm, once)
#   make long    the tests that take minutes each, without and with an engine
#   make bench   the table of speeds
#   make drill   every alert let happen on both runtimes, into docs/drills.md; needs a Docker engine (12 minutes)
#   make clean   removes what the others made in this folder
#
# Another Python than python3: make demo PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

# pip runs again only when pyproject.toml is newer than these.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.PHONY: help demo stop test soak live lint long clients bench drill clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

$(INSTALLED): pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "error: '$(PYTHON)' is not Python 3.11 or newer" >&2; \
		echo "hint: make PYTHON=/path/to/python3.11 (it is kept in $(VENV) from then on)" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(PIP) --editable '.[dev]'
	@touch $@

demo: $(INSTALLED)
	$(BIN)/phoenix-dev up --runtime embedded
	$(BIN)/phoenix-dev demo
	@echo
	@echo "The command is $(BIN)/phoenix-dev. Stop the demo system and the engine: make stop"

stop: $(INSTALLED)
	$(BIN)/phoenix-dev demo stop
	$(BIN)/phoenix-dev down

lint: $(INSTALLED_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: lint
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long" --ignore=tests/live --ignore=tests/soak

soak: $(INSTALLED_DEV)
	$(BIN)/pytest -s -m "not long" tests/soak

live: $(INSTALLED_DEV)
	$(BIN)/pytest -n 2 -m "not long" tests/live

clients: $(INSTALLED_DEV)
	$(BIN)/python -m tests.clients.applications

long: $(INSTALLED_DEV)
	$(BIN)/pytest -m long

bench: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks

drill: $(INSTALLED_DEV)
	$(BIN)/python -m tools.drill

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find phoenix_dev tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
