# Two commands do all the set-up on a fresh machine: `make serve` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
ARGS ?=

.PHONY: help serve test check style prove bench facts attacks docs lock bundle clean system

help: ## Show what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

# The environment is made anew when what it is made of changes.
$(VENV)/.made-%: pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "practicum needs Python 3.11 or later; $$($(PYTHON) -V) is here. Name another: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv"; exit 2; }
	@echo "setting up $(VENV): the first time this takes a minute or two"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable '.[$*]'
	@touch $@

serve: $(VENV)/.made-tensorflow ## Set up and open the practice pages on http://127.0.0.1:8000
	@$(BIN)/practicum serve --port $(PORT) $(ARGS)

test: $(VENV)/.made-tensorflow,dev,bench system ## Everything: style, types, imports, all tests, all proofs
	@$(MAKE) --no-print-directory style
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.made-tensorflow,dev,bench ## Style, types, imports and the fast tests, under a minute
	@$(MAKE) --no-print-directory style
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --hypothesis-profile quick -m 'not slow' $(ARGS)

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

prove: $(VENV)/.made-tensorflow ## Run every claim that changed
	@$(BIN)/practicum prove $(ARGS)

bench: $(VENV)/.made-tensorflow,dev,bench ## Measure against what one would use instead; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks $(ARGS)

facts: $(VENV)/.made-tensorflow,dev,bench ## Measure again what the courses rest on; writes docs/facts.md
	$(BIN)/python -m benchmarks.facts $(ARGS)

attacks: $(VENV)/.made-tensorflow,dev system ## Let every attack loose in every mode of this machine; writes docs/attacks.md
	$(BIN)/python -m tests.runner.attacks

docs: $(VENV)/.made-tensorflow,dev,bench system ## Take the screenshots again and check that all is documented
	$(BIN)/python docs/screenshots.py
	$(BIN)/python -m pytest -q tests/docs

lock: ## Pin the newest versions that fit, in requirements.txt
	@rm -rf .lock && $(PYTHON) -m venv .lock
	@.lock/bin/python -m pip install --quiet '.[tensorflow,dev,bench]'
	@.lock/bin/python -m pip freeze --exclude practicum > requirements.txt && rm -rf .lock

bundle: ## Make the editor and the live plot again from bundle/ (needs Node 20)
	cd bundle && npm ci --ignore-scripts && npm run --silent build

# What some tests need besides Python: installed where that is allowed, else those tests are skipped, visibly.
system:
	@bash tests/system.sh

clean: ## Remove what was made
	rm -rf $(VENV) .lock dist build .*_cache .hypothesis
