# `make serve` and `make test` set up a fresh machine by themselves.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
ARGS ?=

# Compiled modules are kept: without them, each of the many processes of the tests compiles practicum again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test check style prove bench facts attacks docs lock bundle clean system

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

# The environment is installed again when its requirements change.
$(VENV)/.made-%: pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "practicum needs Python 3.11 or later, and this is $$($(PYTHON) -V). Choose another with make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian, install it with apt-get install python3-venv"; exit 2; }
	@echo "Setting up $(VENV). The first time takes a minute or two."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable '.[$*]'
	@touch $@

serve: $(VENV)/.made-tensorflow ## Set up and open the practice pages on http://127.0.0.1:8000
	@$(BIN)/practicum serve --port $(PORT) $(ARGS)

test: $(VENV)/.made-tensorflow,postgresql,banks,dev,bench system ## Run style, type and import checks, and all tests
	@$(MAKE) --no-print-directory style
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.made-tensorflow,postgresql,banks,dev,bench ## Run style, type and import checks, and the fast tests, in under a minute
	@$(MAKE) --no-print-directory style
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --hypothesis-profile quick -m 'not slow' $(ARGS)

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

prove: $(VENV)/.made-tensorflow ## Prove the problems that changed
	@$(BIN)/practicum prove $(ARGS)

bench: $(VENV)/.made-tensorflow,postgresql,banks,dev,bench ## Run the benchmarks and write docs/benchmarks.md
	$(BIN)/python -m benchmarks $(ARGS)

facts: $(VENV)/.made-tensorflow,postgresql,banks,dev,bench ## Measure the facts behind the courses and write docs/facts.md
	$(BIN)/python -m benchmarks.facts $(ARGS)

attacks: $(VENV)/.made-tensorflow,dev system ## Run every attack on the sandbox and write docs/attacks.md
	$(BIN)/python -m tests.runner.attacks

docs: $(VENV)/.made-tensorflow,postgresql,banks,dev,bench system ## Take the screenshots and check that everything is documented
	$(BIN)/python -m docs.screenshots
	$(BIN)/python -m pytest -q tests/docs

lock: ## Pin the newest compatible versions in requirements.txt
	@rm -rf .lock && $(PYTHON) -m venv .lock
	@.lock/bin/python -m pip install --quiet '.[tensorflow,postgresql,banks,dev,bench]'
	@.lock/bin/python -m pip freeze --exclude practicum > requirements.txt && rm -rf .lock

bundle: ## Build the editor and the live plot from bundle/ (needs Node 20)
	cd bundle && npm ci --ignore-scripts && npm run --silent build

# Debian packages that some tests need. Where they cannot be installed, those tests are skipped and reported.
system:
	@bash tests/system.sh

clean: ## Remove everything that make created
	rm -rf $(VENV) .lock dist build .*_cache .hypothesis
