# make run: a demo site to try · make test: everything that CI checks · README.md says more

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
STEP := .ci/step

export PIP_ROOT_USER_ACTION := ignore

# What is installed is remembered by these stamps; a changed lock file makes them old.
INSTALLED := .venv/installed
INSTALLED_FOR_TESTS := .venv/installed-for-tests

ROUNDS := 2
SEED := $(shell date +%s)
FAULTS := tests/faults tests/journeys/test_killed_server.py

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE)

.PHONY: help run test test-faults bench bench-quick lint format lock clean tools

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1	/p' Makefile

run: $(INSTALLED) ## serve; the first time, with a demo site (accounts: alice, bob …, password parley-demo)
	@[ -n "$$PARLEY_DATABASE_URL" ] || $(MAKE) --silent var/parley.db
	@exec $(BIN)/parley serve

# Which tests may run at the same time: tests/turns.py.
test: tools $(INSTALLED_FOR_TESTS) ## everything: style, types, import contracts, tests
	@$(MAKE) lint
	@$(STEP) "Tests" $(BIN)/pytest --numprocesses 3 --durations=10
	@printf '\n✓ All is well\n'

# Long rounds of what `make test` runs one short round of, each with other seeds than the last time.
test-faults: tools $(INSTALLED_FOR_TESTS) ## break everything that can break, at length (SEED=… ROUNDS=… to repeat)
	@$(STEP) "Faults: $(ROUNDS) rounds of each from seed $(SEED) on" \
		$(BIN)/pytest $(FAULTS) -v --rounds $(ROUNDS) --seed $(SEED) --numprocesses 2

bench: tools $(INSTALLED_FOR_TESTS) ## what everything costs, in one table (10 minutes; bench/README.md says more)
	@$(BIN)/python -m bench

bench-quick: tools $(INSTALLED_FOR_TESTS) ## the same with less of all (a minute and a half)
	@$(BIN)/python -m bench --quick

lint: $(INSTALLED_FOR_TESTS) ## style, format, types and import contracts, without the tests
	@$(STEP) "Style" $(BIN)/ruff check .
	@$(STEP) "Format" $(BIN)/ruff format --check .
	@$(STEP) "Types" $(BIN)/mypy
	@$(STEP) "Import contracts" $(BIN)/lint-imports

format: $(INSTALLED_FOR_TESTS) ## put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(INSTALLED_FOR_TESTS) ## write the lock files anew from pyproject.toml (UPGRADE=--upgrade for newer releases)
	@echo 'setuptools>=80' | $(COMPILE) --extra test --output-file requirements-test.lock pyproject.toml - >/dev/null
	@echo 'setuptools>=80' | $(COMPILE) --constraint requirements-test.lock --output-file requirements.lock pyproject.toml - >/dev/null

clean: ## remove what can be made again (var/, which holds the site's data, stays)
	@rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

tools:
	@$(STEP) "Programs that the tests start" .ci/tools

# The demo site is put together apart, so that an interrupted first run leaves nothing half done.
var/parley.db: | $(INSTALLED)
	@mkdir -p var && rm -f var/demo.db*
	@PARLEY_DATABASE_URL=sqlite+aiosqlite:///var/demo.db $(BIN)/parley migrate
	@PARLEY_DATABASE_URL=sqlite+aiosqlite:///var/demo.db $(BIN)/parley demo
	@mv var/demo.db var/parley.db

$(BIN)/python:
	@$(STEP) "A Python environment in .venv" .ci/python

# The project itself is installed in place: the code that runs is the code that lies here.
$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	@$(STEP) "Libraries" $(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(INSTALLED_FOR_TESTS): requirements-test.lock $(INSTALLED)
	@$(STEP) "Libraries for tests" $(PIP) install --require-hashes -r requirements-test.lock
	@touch $@
