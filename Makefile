# The commands of the project; `make` alone lists them.
#
# Each target first makes what it needs in .venv: a file .venv/.ready-EXTRA says that
# hubel and that extra are installed there, and pyproject.toml outdates it.

PYTHON ?=
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
RUNS := runs
# The parts in which every branch has its test.
COVERED := */hubel/graph/*,*/hubel/gates/*,*/hubel/derive/*,*/hubel/compiler/*,*/hubel/data/*,*/hubel/experiments/_checkpoint.py,*/hubel/experiments/_keeper.py,*/hubel/experiments/_tensors.py
# PyTorch's CPU build, where the package index has it.
TORCH ?= torch==2.13.0+cpu

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-full check docs bench bench-peers format clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.ready-core ## train a small net on built-in images and write its report
	$(VENV)/bin/hubel train

test: $(VENV)/.ready-test ## run the tests and the examples in docstrings
	$(PY) -m pytest

test-full: $(VENV)/.ready-test ## the same at nightly length, with branch coverage
	$(PY) -m coverage erase
	HUBEL_TEST_PROFILE=full $(PY) -m coverage run -m pytest
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report
	$(PY) -m coverage report --fail-under=100 --include='$(COVERED)'

check: $(VENV)/.ready-dev ## style, types, layers, budgets, imports, table, spelling
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m pyright --warnings --pythonpath $(PY)
	$(VENV)/bin/lint-imports --no-logo
	$(PY) scripts/check_budgets.py
	$(PY) scripts/check_imports.py
	$(PY) scripts/write_gate_table.py --check
	$(VENV)/bin/codespell

docs: $(VENV)/.ready-docs ## build the pages of docs/ into build/docs
	$(PY) -m sphinx --fail-on-warning --keep-going --fresh-env --quiet docs build/docs
	@echo "The pages are in build/docs/index.html"

bench: $(VENV)/.ready-core ## run every benchmark, with NumPy as the only peer
	@for file in benchmarks/bench_*.py; do \
	    [ -e "$$file" ] || continue; \
	    name=benchmarks.$$(basename "$$file" .py); \
	    echo "== $$name"; $(PY) -m "$$name" || exit 1; \
	done

bench-peers: $(VENV)/.ready-peers ## run every benchmark against other libraries too
	@$(PY) -c 'import torch' 2>/dev/null || $(PIP) install --quiet '$(TORCH)' \
	    || echo "PyTorch is left out: the package index has no $(TORCH)"
	@for file in benchmarks/bench_*.py; do \
	    [ -e "$$file" ] || continue; \
	    name=benchmarks.$$(basename "$$file" .py); \
	    echo "== $$name"; $(PY) -m "$$name" --peers || exit 1; \
	done

format: $(VENV)/.ready-dev ## lay out the code and mend what can be mended
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

clean: ## remove what was built and every cache, but not .venv and runs
	rm -rf build dist .coverage .coverage.* .hypothesis .import_linter_cache \
	    .pytest_cache .ruff_cache
	find src tests scripts docs benchmarks -name __pycache__ -type d \
	    -exec rm -rf {} + 2>/dev/null || true

$(VENV)/.made:
	@PYTHON='$(PYTHON)' sh scripts/make_venv.sh '$(VENV)'
	@touch $@

$(VENV)/.ready-core: pyproject.toml | $(VENV)/.made
	@echo "Installing hubel into $(VENV)"
	@$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/.ready-%: pyproject.toml | $(VENV)/.made
	@echo "Installing hubel[$*] into $(VENV)"
	@$(PIP) install --quiet --editable '.[$*]'
	@touch $@
