# The commands of this project; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test check setup lint format screens bench clean

BIN := .venv/bin
# Settings that read nothing but the code: for the checks that need Django but no server.
TYPING := DJANGO_SETTINGS_MODULE=tests.typing_settings

help: ## Say what the commands are
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: ## Run the whole portal on this machine (PORT=8000, DATA_DIR=.data)
	@.ci/venv requirements.lock
	@exec $(BIN)/python manage.py run

setup: ## Make .venv with all that the tests need
	@.ci/venv requirements-dev.lock

ifdef ARGS
test: setup ## Run every check and test, or with ARGS="tests/…" just those tests
	@$(BIN)/python -m tests.servers
	@$(BIN)/python -m pytest $(ARGS)
else
test: setup
	@echo "== needed: what the tests cannot bring themselves"
	@$(BIN)/python -m tests.servers
	@$(MAKE) --no-print-directory lint
	@echo "== tests: unit, integration and browser"
	@$(BIN)/python -m pytest
endif

check: test ## The same as test

lint: setup ## Check style, types, import contracts and migrations
	@echo "== lint: ruff"
	@$(BIN)/ruff check .
	@echo "== format: ruff"
	@$(BIN)/ruff format --check .
	@echo "== templates: djlint"
	@$(BIN)/djlint templates --lint --quiet
	@echo "== types: mypy"
	@$(BIN)/mypy
	@echo "== import contracts: import-linter"
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache
	@echo "== migrations: up to date with the models"
	@$(TYPING) $(BIN)/python manage.py makemigrations --check --dry-run

screens: setup ## Picture every page of the main journey (docs/screens)
	@$(BIN)/python -m tests.screens

format: setup ## Put the code in the one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## Measure, and print the figures (docs/benchmarks.md); needs Node 20 or newer
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 or newer." >&2; exit 1; }
	@cd benchmarks && npm ci --silent --no-audit --no-fund >&2
	@$(BIN)/python -m benchmarks

clean: ## Remove what the other commands made, the demo's data too
	@rm -rf .venv .data .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@rm -rf benchmarks/node_modules tests/clients_js/node_modules
