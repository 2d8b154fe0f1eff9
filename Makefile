# `make run` and `make test` do all set-up themselves; they need Python 3.11 or later and nothing else.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN = .venv/bin
# The files name every package, so pip looks for no other; Python compiles what is used when it is used.
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --no-compile

# What the browser suite takes from npm. Without npm the tests that need it are left out and named.
AXE = tests/interface/node_modules/.package-lock.json

.PHONY: run demo test lint fmt e2e lock

run: .venv/.installed
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python manage.py serve

# The demo's data stand apart from the real ones; it talks to programs on this machine alone.
DEMO_DATA_DIR ?= var/demo
DEMO_PORT ?= 8090
demo: export DATA_DIR = $(DEMO_DATA_DIR)
demo: export DEMO_PORT := $(DEMO_PORT)
demo: export EMAIL_URL = smtp://127.0.0.1:$(shell expr $(DEMO_PORT) + 5)
demo: export OUTBOUND_ALLOW = 127.0.0.1/32
demo: export ADMIN_EMAIL = admin@demo.example
demo: export ADMIN_PASSWORD = courseops-demo
demo: .venv/.installed-demo
	@$(BIN)/python -m demo.ports
	@$(BIN)/python manage.py prepare
	@$(BIN)/python manage.py load_demo --port $(DEMO_PORT)
	@exec $(BIN)/python manage.py serve --also demo/Procfile

test: .venv/.installed-dev $(AXE) lint
	$(BIN)/python -m tests.run

lint: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	$(BIN)/djade --check $$(find templates -name '*.html')
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	$(BIN)/python -m tests.deploy_check

fmt: .venv/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	-$(BIN)/djade $$(find templates -name '*.html')

e2e: .venv/.installed-dev $(AXE)
	$(BIN)/python -m pytest tests/e2e tests/interface

lock: .venv/.installed-dev
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra demo --universal --python-version 3.11 --generate-hashes --quiet -c requirements.txt -o requirements-demo.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra demo --universal --python-version 3.11 --generate-hashes --quiet -c requirements.txt -o requirements-dev.txt

$(AXE): tests/interface/package-lock.json
	@if command -v npm >/dev/null; then cd tests/interface && npm ci --silent --ignore-scripts && touch $(notdir $(@D))/$(@F); \
	else echo "npm is not installed: the accessibility tests are left out."; fi

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Courseops needs Python 3.11 or later; none was found."; exit 1; }
	@echo "Making the virtual environment with $(PYTHON) …"
	@$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing the pinned packages …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-demo: requirements-demo.txt .venv/.installed
	@$(PIP) -r requirements-demo.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing the development packages …"
	@$(PIP) -r requirements-dev.txt
	@touch $@
