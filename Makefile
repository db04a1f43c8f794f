# Two commands do everything on a fresh machine with Python >= 3.11:
#   make demo [SONG=path]   hear songs and say their genre
#   make test               every check that CI runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# As it was typed, whatever stands in it: make would read a $ in it and the shell a quote, so neither sees it.
override SONG := $(value SONG)
export SONG
# What an installation is made from: when one of them changes, the package is installed anew.
MADE_FROM := pyproject.toml uv.lock setup.py $(wildcard src/earmark/_dsp/native/*)

# Tests run side by side: threads of linear algebra and of boosting would only wait for each other.
test: export OMP_NUM_THREADS := 1
test: export OPENBLAS_NUM_THREADS := 1
# Hundreds of programs are started: each would compile all that it imports where the shell forbids to keep it.
test: export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test lint package clean

demo: $(VENV)/.run
	@$(BIN)/python -m tools.demo

test: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j2 lint package
	$(BIN)/python -m pytest -n auto --dist loadfile
	$(BIN)/python -m tools.sanitize
	$(BIN)/python -m tools.other_pythons

# Each of the two keeps one processor busy.
lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

package: $(VENV)/.dev
	$(BIN)/python -m tools.wheel_check

$(UV):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Earmark needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv

$(VENV)/.run: $(UV) $(MADE_FROM)
	$(UV) sync --quiet --locked --inexact --no-dev
	@touch $@

$(VENV)/.dev: $(UV) $(MADE_FROM)
	$(UV) sync --quiet --locked --inexact
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) .venv-3.* build dist src/*.egg-info src/earmark/_dsp/_native*.so
