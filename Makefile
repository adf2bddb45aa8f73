# make demo    set up, fill an invented clinic and serve it (FORMULARY_PORT moves it, RESET=1 starts anew)
# make test    set up and run every test (ARGS="tests/rules -k dose" runs some)
# make setup   virtual environment and system packages only; the command is then .venv/bin/formulary
# make lint    style, types and import order
# make lock    resolve the dependencies again, with hashes
# make vendor  fetch the vendored browser files again and check their hashes

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup system demo test lint lock vendor

BIN := .venv/bin
SYSTEM := app tests
WORKERS ?= auto
ARGS ?=
UV := 0.13.9

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export PIP_NO_INPUT := 1

help:
	@sed -n 's/^# //p' Makefile

setup: system .venv/installed

system:
	@.ci/packages $(SYSTEM)

$(BIN)/python: | system
	@python=$$(.ci/python) && echo "Making .venv with $$($$python --version)" && $$python -m venv .venv

.venv/locked: requirements-dev.lock | $(BIN)/python
	@echo "Installing the locked dependencies"
	@$(BIN)/python -m pip install -q --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

.venv/installed: pyproject.toml .venv/locked
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

demo lint vendor: SYSTEM := app
demo: setup
	@RESET="$(RESET)" .ci/demo

test: setup
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: | $(BIN)/python
	@test -x build/uv/bin/uv || { $(BIN)/python -m venv build/uv && build/uv/bin/python -m pip install -q uv==$(UV); }
	@compile="build/uv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate pyproject.toml"; \
	$$compile -o requirements.lock && $$compile --extra dev -o requirements-dev.lock

vendor: setup
	@$(BIN)/python -m formulary.web.vendor
