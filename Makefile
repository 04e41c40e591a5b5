# One command each: `make run` renders every analysis, `make test` proves the whole.
# The same steps as plain Python commands, for Windows too, stand in README.md.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin

.PHONY: run test lab lint bench lock clean
.DELETE_ON_ERROR:

run: .venv/ready
	$(BIN)/sozialanalyse run

test: .venv/ready
	$(BIN)/python -m pytest

lab: .venv/ready
	$(BIN)/jupyter lab notebooks

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python benchmarks/run.py

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

lock: .venv/ready
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra dev --no-header --upgrade --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv
	find outputs -mindepth 1 ! -name README.md -delete
