# make run   the pad, in an environment of its own (.venv) with what a device needs
# make test  every check, in another (.venv-dev) with the training tools as well
# Both make their environment on first use and again when pyproject.toml changes.

# The first Python that runs and is new enough; a name on PATH may be a launcher for none.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$name -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$name && break; done)

.PHONY: run test lint clean
.DELETE_ON_ERROR:

run: .venv/made
	.venv/bin/hangul-pad $(ARGS)

test: lint
	.venv-dev/bin/pytest $(ARGS)

lint: .venv-dev/made
	.venv-dev/bin/ruff check .
	.venv-dev/bin/ruff format --check .
	.venv-dev/bin/mypy

.venv/made: INSTALL = .
.venv-dev/made: INSTALL = .[dev]
.venv/made .venv-dev/made: pyproject.toml
	@test -n "$(PYTHON)" || { echo "hangul-pad needs Python 3.10 to 3.13: install one," \
		"or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making $(@D) with $(PYTHON), once: this takes a minute or two." >&2
	rm -rf $(@D)
	@$(PYTHON) -m venv $(@D) || { rm -rf $(@D); echo "$(PYTHON) cannot make environments:" \
		"on Debian and Raspberry Pi OS, sudo apt install python3-venv" >&2; exit 1; }
	$(@D)/bin/pip install --quiet --disable-pip-version-check --editable '$(INSTALL)'
	touch $@

clean:
	rm -rf .venv .venv-dev build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
