# What CI runs and what people run are the same targets. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
PYTEST_ARGS ?=
JOBS ?= 2
STORES ?=
ELEMENTS ?= 300000

.PHONY: help setup setup-dev setup-all demo serve test check format bench bench-graph clients services services-fetch services-lock lock lock-check clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: ## Make .venv with what `sf` needs
	@scripts/setup_venv.sh runtime

setup-dev: ## … and with what tests and checks need
	@scripts/setup_venv.sh dev

setup-all: ## … and with every optional backend
	@scripts/setup_venv.sh all

demo: setup ## From nothing to explained incidents, then serve them
	@$(BIN)/sf demo

serve: setup ## Run the server on 127.0.0.1:8420
	@$(BIN)/sf serve

test: setup-dev ## Run the tests (PYTEST_ARGS=… adds arguments, JOBS=0 runs them in one process)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(PYTEST_ARGS)

check: setup-dev ## Lint, format, types, import contracts, schema drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/pyright -p tests
	$(BIN)/python -m signal_factory.schema_export --check
	$(BIN)/python -m graph.schema_doc --check

format: setup-dev ## Put every file into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## Measure ingest and explanation
	@$(BIN)/sf bench

bench-graph: setup-dev ## Measure a year of runs on each graph store (STORES="sqlite neo4j", ELEMENTS=3000000)
	@$(BIN)/python tests/bench/bench_graph.py $(STORES) --elements $(ELEMENTS)

clients: ## Build the real dbt, Spark and Airflow that the client tests run
	@scripts/clients.sh

services: setup-dev ## Run Neo4j, ArcadeDB, Gremlin Server, Kafka and Postgres on loopback until Ctrl-C
	@PYTHONPATH=scripts $(BIN)/python -m servers up

services-fetch: setup-dev ## Fetch what `make services` and the tests of servers run
	@PYTHONPATH=scripts $(BIN)/python -m servers fetch

services-lock: setup-dev ## Write the locks of the servers that come from Maven
	@PYTHONPATH=scripts $(BIN)/python -m servers lock

lock: ## Write locks/ from pyproject.toml
	@scripts/lock.sh

lock-check: ## Prove that locks/ fits pyproject.toml, on Python 3.11, 3.12 and 3.13
	@scripts/lock.sh --check

clean: ## Remove .venv and caches (not the clients, not your data)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache dist build
