# Two commands for everybody: `make demo` and `make test`. README has the raw commands beside them.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test bench fuzz lint clean lock

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(VENV)/.installed
	$(BIN)/screening demo --out demo-out

test: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term

bench: $(VENV)/.installed
	$(BIN)/pytest tests/bench -m bench -s --timeout=3600

# Five thousand mutations of our own files through intake and screening; the tests run a few hundred.
fuzz: $(VENV)/.installed
	$(BIN)/python -m tests.faults.fuzz 5000

# Writes requirements.lock anew from pyproject.toml: hashes of every wheel and sdist, no URLs.
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	$(VENV)-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --extra fast --extra postgres --extra pdf --extra service --extra dev --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) demo-out build dist
