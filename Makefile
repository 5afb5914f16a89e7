# Everything a checkout needs: python3 (3.11 or later) with venv, make, git. Nothing is installed outside .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url
# `make lock UPGRADE=--upgrade` moves every pin; without it only what pyproject.toml asks for moves.
UPGRADE ?=

.DEFAULT_GOAL := help
.PHONY: help drill test check format lock bench clean

help:
	@echo "make drill   rehearse the leak of one session of a shared role against a local AWS"
	@echo "make test    run the tests"
	@echo "make check   lint, format, types, contracts between the rooms, documents"
	@echo "make format  put the code into the form that make check asks for"
	@echo "make lock    renew requirements/*.txt (UPGRADE=--upgrade moves every pin)"
	@echo "make bench   measure start-up beside the AWS CLI, and AWS calls per cut"
	@echo "make clean   remove .venv and every cache"

drill: $(VENV)/run.ok
	@$(BIN)/unassume drill bob-mary-keith

test: $(VENV)/dev.ok
	$(BIN)/python -m pytest -q -n auto

check: $(VENV)/dev.ok
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_house.py tests/test_purity.py tests/test_docs.py

format: $(VENV)/dev.ok
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(VENV)/dev.ok
	$(COMPILE) $(UPGRADE) pyproject.toml --extra lab --group build -o requirements/run.txt
	$(COMPILE) $(UPGRADE) --group dev -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) $(UPGRADE) --group bench -c requirements/run.txt -c requirements/dev.txt -o requirements/bench.txt

bench: $(VENV)/bench.ok
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/calls.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The locks hold hatchling and editables too, so the editable install fetches nothing that is not pinned by hash.
$(VENV)/run.ok: pyproject.toml requirements/run.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("unassume needs Python 3.11 or later; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.ok: $(VENV)/run.ok requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/bench.ok: $(VENV)/run.ok requirements/bench.txt
	$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@
