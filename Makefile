# One-liners over `dannguyen` and pytest. Everything a run writes stands under .run/ (DANNGUYEN_HOME).
PYTHON ?= python3
DB ?=
DEMO ?= on
INSTANCES ?= 1
MINUTES ?= 2
SEED ?= 1
LOG ?= receipt_wabo
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group build pyproject.toml

.PHONY: run test test-fast status stop clean replay campaign campaign-mutants bench bench-sweep trace lint law-oracle law-mutants lock help
.DEFAULT_GOAL := help

run: .venv/$(if $(filter postgres,$(DB)),local,run).stamp  ## start the whole platform (DB=postgres DEMO=off INSTANCES=2)
	@$(BIN)/dannguyen up $(if $(DB),--db $(DB)) $(if $(filter off,$(DEMO)),--no-demo) --instances $(INSTANCES)

status: .venv/run.stamp  ## what runs, since when, how far behind
	@$(BIN)/dannguyen status || true

stop: .venv/run.stamp  ## end it
	@$(BIN)/dannguyen stop

clean: .venv/run.stamp  ## delete everything it wrote under .run/
	@$(BIN)/dannguyen clean

trace: .venv/run.stamp  ## follow one letter through every service (ID=receipt code)
	@$(BIN)/dannguyen trace $(ID)

replay: .venv/run.stamp  ## drive a real municipal log through a platform of its own (LOG=receipt_wabo)
	@$(BIN)/dannguyen replay $(LOG)

test: lint test-fast  ## everything: style, types, imports, unit, connected, journeys
	@$(BIN)/pytest -m "connected or journey"

test-fast: .venv/dev.stamp  ## pure rules and single services, in a minute
	@$(BIN)/pytest -n 2 --dist worksteal -m "not connected and not journey"

lint: .venv/dev.stamp  ## style, types, imports
	@$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

campaign: .venv/dev.stamp  ## petitions under kills, pauses and broker deaths, then an independent checker (MINUTES=2 SEED=1 DB=postgres)
	@$(BIN)/python -m tests.faults.campaign --minutes $(MINUTES) --seed $(SEED) $(if $(DB),--db $(DB))

campaign-mutants: .venv/dev.stamp  ## planted faults that the campaign must catch
	@$(BIN)/python -m tests.faults.mutants

bench: .venv/dev.stamp  ## the figures of docs/benchmarks.md, as ratios in one run
	@$(BIN)/python -m bench

bench-sweep: .venv/dev.stamp  ## a sweep in which every one of a million clocks has something to say (a minute or two)
	@$(BIN)/python -m bench sweep

law-oracle: .venv/dev.stamp  ## a million random timelines against an independent day walker (N=1000000)
	@$(BIN)/python -m tests.law.oracle --n $(or $(N),1000000)

law-mutants: .venv/dev.stamp  ## planted errors that the law's tests must catch
	@$(BIN)/python -m tests.law.mutants

lock: .venv/dev.stamp  ## write requirements/*.lock from pyproject.toml (UPGRADE=--upgrade for the newest versions)
	@$(COMPILE) --group local --group dev -o requirements/dev.lock
	@$(COMPILE) -c requirements/dev.lock --group local -o requirements/local.lock
	@$(COMPILE) -c requirements/dev.lock -o requirements/run.lock

.venv/%.stamp: requirements/%.lock pyproject.toml
	@$(PYTHON) deploy/local/install.py $*

help:
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
