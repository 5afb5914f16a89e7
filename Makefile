# Everything a checkout needs: python3 (3.11 or later) with venv, make, git. Nothing is installed outside this folder.
PYTHON ?= python3
VENV := .venv
OTHER := .venv-differential
PEERS := build/peers
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url
# `make lock UPGRADE=--upgrade` moves every pin; without it only what pyproject.toml asks for moves.
UPGRADE ?=

.DEFAULT_GOAL := help
.PHONY: help drill test check format lock bench peers clients differential hostile clean

help:
	@echo "make drill   rehearse the leak of one session of a shared role against a local AWS"
	@echo "make test    run the tests"
	@echo "make check   lint, format, types, contracts between the rooms, documents"
	@echo "make format  put the code into the form that make check asks for"
	@echo "make lock    renew requirements/*.txt (UPGRADE=--upgrade moves every pin)"
	@echo "make bench   measure start-up beside the AWS CLI, AWS calls per cut, and the lab beside moto"
	@echo "make peers   measure the evaluator beside PMapper, iam-simulate and pbac (node and npm for two)"
	@echo "make clients use the lab with the AWS SDK for JavaScript (needs node and npm)"
	@echo "make differential  ask the lab and ministack the same made-up questions"
	@echo "make hostile send 100,000 spoilt requests to the lab"
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
	$(COMPILE) $(UPGRADE) --group differential -o requirements/differential.txt
	$(COMPILE) $(UPGRADE) bench/peers/requirements.in -o bench/peers/requirements.txt

bench: $(VENV)/dev.ok
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/calls.py
	$(BIN)/python -m bench.one_cut
	$(BIN)/python -m bench.many_roles
	$(BIN)/python bench/decisions.py
	$(BIN)/python bench/million_sessions.py
	$(BIN)/python -m bench.lab_start
	$(BIN)/python -m bench.lab_gate
	$(BIN)/python -m bench.lab_memory

# Two peers are AGPL: programs of their own, fetched here and nowhere else. What cannot be fetched is skipped.
peers: $(VENV)/dev.ok
	@mkdir -p $(PEERS)
	@cmp -s bench/peers/requirements.txt $(PEERS)/requirements.txt || { $(PYTHON) -m venv --clear $(PEERS)/venv && \
		$(PEERS)/venv/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes \
		-r bench/peers/requirements.txt && cp bench/peers/requirements.txt $(PEERS)/; } \
		|| { rm -rf $(PEERS)/venv; echo "PMapper could not be installed"; }
	@cmp -s bench/peers/package-lock.json $(PEERS)/package-lock.json || { \
		cp bench/peers/package.json bench/peers/package-lock.json bench/peers/.npmrc $(PEERS)/ && cd $(PEERS) && npm ci; } \
		|| { rm -rf $(PEERS)/node_modules $(PEERS)/package-lock.json; echo "iam-simulate and pbac could not be installed"; }
	$(BIN)/python -m bench.peers.compare

clients: $(VENV)/run.ok clients/javascript/node_modules/ok
	$(BIN)/python clients/run.py

differential: $(VENV)/dev.ok $(OTHER)/ok
	$(BIN)/python -m differential.run

hostile: $(VENV)/dev.ok
	$(BIN)/python -m bench.hostile_requests --count 100000

clean:
	rm -rf $(VENV) $(OTHER) $(PEERS) clients/javascript/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench clients differential -name __pycache__ -type d -prune -exec rm -rf {} +

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

clients/javascript/node_modules/ok: clients/javascript/package-lock.json
	cd clients/javascript && npm ci
	@touch $@

$(OTHER)/ok: requirements/differential.txt
	$(PYTHON) -m venv $(OTHER)
	$(OTHER)/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes \
		-r requirements/differential.txt
	@touch $@
