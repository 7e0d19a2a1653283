# Everything a newcomer types. Each target does its own set-up in .venv; nothing but Python 3.11, pip and make is needed.

PYTHON ?= python3
VENV   ?= .venv
DATA   ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check bench format clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.core  ## restore the pictures in examples/ and print what came of it
	$(BIN)/python examples/demo.py

test: $(VENV)/.test  ## run the tests, docs included (what CI runs)
	$(BIN)/python -m pytest

check: $(VENV)/.dev  ## format, lint, types, layers, tests: what a change must pass
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

format: $(VENV)/.dev  ## let ruff format and repair what it can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(VENV)/.test  ## print the README's tables (DATA=folder with test/CBSD68, test/Kodak24, train/bsds, ...)
	@missed=; for script in benchmarks/[a-z]*.py benchmarks/files/[a-z]*.py benchmarks/make/[a-z]*.py; do \
		echo; echo "== $$script"; \
		$(BIN)/python $$script $(if $(DATA),--data "$(DATA)"); code=$$?; \
		case $$code in 0) ;; 77) echo "skipped" ;; *) missed="$$missed $$script" ;; esac; \
	done; \
	[ -z "$$missed" ] || { echo; echo "failed, or short of its aim:$$missed"; exit 1; }

clean:  ## remove the virtual environment and what the targets wrote
	rm -rf $(VENV) out .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Set-up. A stamp is newer than what it was installed from, so an unchanged checkout installs nothing twice.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "relume needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version 2>&1 || true)."; \
		echo "Install one and name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing relume into $(VENV) (once; a minute or two)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing relume and what its tests need into $(VENV) (once; some minutes, torch is large)"
	@$(PIP) "$$(grep '^torch==' constraints.txt)"
	@$(PIP) --editable '.[train,medical,openvino,raw,test]'
	@touch $@ $(VENV)/.core

$(VENV)/.dev: $(VENV)/.test
	@echo "installing the development tools into $(VENV) (once)"
	@$(PIP) --editable '.[dev]'
	@touch $@
