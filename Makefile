# Everything runs in .venv, which the first command makes; nothing is done twice.
# Without make (Windows), the README has the same commands.

# The first Python that is new enough. `make PYTHON=/path/to/python` names another one.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.10 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$python && break; done)
BIN = .venv/bin
# One process more than there are processors: many tests wait for git or a server.
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
# The tests make thousands of small files and repositories: in memory, where there is room and programs may be started.
MEMORY = $(shell [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print ($$4 > 1000000)}')" = 1 ] && \
	at=$$(mktemp -d /dev/shm/ccds-ls-XXXXXX) && : >"$$at/run" && chmod +x "$$at/run" && \
	{ ! "$$at/run" 2>/dev/null || echo TMPDIR=/dev/shm; rm -r "$$at"; })
VSCODE = client-config/vscode
TSC = $(VSCODE)/node_modules/.bin/tsc

# Else each of the many processes of the tests would compile what it imports, which takes longer than the tests.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check docs vsix test-long test-projects test-editors bench clean help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

demo: .venv/.ready  ## the guided tour on a throw-away project
	@$(BIN)/ccds-ls demo

test: .venv/.ready  ## the tests (about 20 seconds)
	@$(MEMORY) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not long" --ignore=tests/editors --ignore=tests/projects

check: .venv/.dev  ## linters, types, ccds-ls itself, and whether the generated documents are up to date
	@$(BIN)/ccds-ls check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python tools/docs.py --check
	@[ ! -x $(TSC) ] || ! command -v node >/dev/null || { cd $(VSCODE) && ../../$(TSC); }  # where Node.js is; CI builds the extension

docs: .venv/.ready  ## write the generated documents again
	@$(BIN)/python tools/docs.py

test-long: .venv/.ready  ## the long tests: the server under load, whole walks, many random cases (minutes)
	@$(MEMORY) $(BIN)/python -m pytest -m "long or hypothesis" --hypothesis-profile=many --ignore=tests/editors --ignore=tests/projects

test-projects: .venv/.ready  ## make projects with every option and run what they run (minutes)
	@$(BIN)/python -m pytest tests/projects

test-editors: .venv/.ready  ## drive real editors (installs them into .cache; KEEP=1 keeps what is seen for the docs)
	@$(BIN)/python -m pytest tests/editors -n 2 --dist loadgroup $(if $(KEEP),--keep) \
		$(if $(AGAIN),--last-failed --last-failed-no-failures none)

vsix: $(VSCODE)/ccds-ls.vsix  ## the VS Code extension (needs Node.js 22 or newer)

$(VSCODE)/ccds-ls.vsix: CHANGELOG.md LICENSE $(VSCODE)/node_modules/.package-lock.json $(wildcard $(addprefix \
		$(VSCODE)/,package.json *.mjs README.md .vscodeignore src/* images/icon.png walkthrough/*))
	@cd $(VSCODE) && npm run --silent vsix

$(VSCODE)/node_modules/.package-lock.json: $(VSCODE)/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not on PATH. Install Node.js 22 or newer (https://nodejs.org)" \
		"and try again." >&2; exit 1; }
	@cd $(VSCODE) && npm ci --silent --ignore-scripts
	@touch $@

bench: .venv/.ready  ## speed and memory beside peers, in one interleaved run (minutes)
	@$(BIN)/python -m bench

clean:  ## remove the environment and the caches
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.ready: pyproject.toml
	@command -v git >/dev/null || { echo "git is not on PATH. Install it (https://git-scm.com) and try again." >&2; exit 1; }
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.10 or newer is on PATH. Install one (https://python.org), or name it:" \
		"make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python can't make a virtual environment here. On Debian and Ubuntu:" \
		"apt install python3-venv" >&2; exit 1; }
	@echo "Installing ccds-ls and its tests into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

.venv/.dev: .venv/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
