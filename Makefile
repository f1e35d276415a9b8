# `make` alone prints the commands. Each does the set-up that it needs, once.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
PAGE ?=

export NO_MKDOCS_2_WARNING := 1
export SITE_URL REPOSITORY_URL
# Two builds of one commit are byte-identical: dates come from the commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

.PHONY: help serve test build check update bench measure drift lock clean

help: ## print these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || { echo "Python 3.11.5 or later is needed: make PYTHON=/path/to/python3 …"; exit 1; }
	@echo "Setting up $(VENV): once, a minute or two …"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

serve: $(READY) ## build the book and serve it with live reload at http://127.0.0.1:8000
	$(RUN) -m mkdocs serve --livereload

test: $(READY) ## everything that CI runs, in a headless browser too
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m tools.scripts
	$(RUN) -m tests.site.browser
	@$(RUN) -m asrun.browser.pyodide
	$(RUN) -m pytest --numprocesses logical --maxprocesses 4 --durations=15 --durations-min=1

build: $(READY) ## write the site to site/, with a file of the whole book to take away
	$(RUN) -m mkdocs build --strict
	$(RUN) -m asrun zip

check: $(READY) ## run the pages and check them; PAGE=docs/loss.md for one
	@$(RUN) -m asrun check $(PAGE)

update: $(READY) ## rewrite recorded outputs, numbers and plots after a change that was meant
	@$(RUN) -m asrun update $(PAGE)

bench: $(READY) ## measure the budgets and print them as a table
	$(RUN) -m tests.bench

measure: $(READY) ## take the timings that pages quote, on a quiet machine, and write them to docs/data/measurements.json
	$(RUN) -m snippets.measure

drift: $(READY) ## change everything that can drift in a copy of the book, and demand that the checks notice
	$(RUN) -m tests.book.drift

lock: $(READY) ## resolve requirements.in anew
	$(RUN) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11.5 --no-emit-index-url \
		--custom-compile-command "make lock" --upgrade --output-file requirements.txt requirements.in

clean: ## delete everything that was made: environment, caches, site
	rm -rf $(VENV) .cache site .mypy_cache .ruff_cache .pytest_cache
