# One command each: make run · make check · make test · make test-quick · make bench · make clean
.ONESHELL:
.SHELLFLAGS := -eu -c
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PYTHONDONTWRITEBYTECODE =

.PHONY: run setup setup-dev check test test-quick bench clean

run: setup
	exec $(BIN)/python app.py

setup: .venv/run.stamp node_modules/.stamp

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Không tìm thấy $(PYTHON). Cài: sudo apt install git make python3-venv / $(PYTHON) not found, install it as above."; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cần Python 3.11 trở lên; nếu máy có bản mới hơn: make run PYTHON=python3.12 / Python 3.11 or newer is needed: make run PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "Thiếu gói venv. Cài: sudo apt install python3-venv / the venv package is missing: sudo apt install python3-venv"; rm -rf .venv; exit 2; }

.venv/run.stamp: .venv/bin/python requirements.txt
	@echo "Cài thư viện Python (lần đầu vài phút) / installing Python libraries (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --requirement requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

node_modules/.stamp: .venv/run.stamp package.json package-lock.json
	@if command -v npm >/dev/null 2>&1; then npm ci --no-audit --no-fund --loglevel=error; else $(BIN)/npm ci --no-audit --no-fund --loglevel=error; fi
	@touch $@

setup-dev: setup .venv/dev.stamp

check: setup-dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "ruff format . mends this"; exit 1; }
	@$(BIN)/mypy .
	@$(BIN)/lint-imports --no-logo | tail -n 2

test: setup-dev
	@sh .ci/prepare
	@$(MAKE) --no-print-directory check
	@.ci/node --test $$(find tests -name "*.test.mjs")
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser"
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m browser  # apart: Playwright leaves a running loop in its process

test-quick: setup-dev
	@$(MAKE) --no-print-directory check
	@.ci/node --test $$(find tests -name "*.test.mjs")
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not kill and not postgis"

bench: setup-dev
	@sh .ci/prepare
	@$(BIN)/python -m bench

clean:
	rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
