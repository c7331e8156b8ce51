# Three verbs to remember: make demo, make test, make check. PYTHON=python3.12 picks another Python.
PYTHON ?= python3
ARGS ?=

.PHONY: demo test check bench security interop sbom site setup format

demo:  ## the app and its pretend EHR on this computer; prints one URL
	@$(PYTHON) dev.py demo $(ARGS)

test:  ## the whole test suite
	@$(PYTHON) dev.py test $(ARGS)

check:  ## format, lint, types, import directions, content
	@$(PYTHON) dev.py check

bench:  ## figures, as ratios measured in one run
	@$(PYTHON) dev.py bench $(ARGS)

security:  ## the tests behind docs/security.md at full size, and their figures
	@$(PYTHON) dev.py security $(ARGS)

interop:  ## whole visits at the server that INTEROP_* names, else at the pretend EHR (docs/interop.md)
	@$(PYTHON) dev.py interop $(ARGS)

sbom:  ## what an installation is made of, as CycloneDX, in dist/
	@$(PYTHON) dev.py sbom $(ARGS)

site:  ## the documentation as a site in build/site; a link that leads nowhere stops it
	@$(PYTHON) dev.py site $(ARGS)

setup:
	@$(PYTHON) dev.py setup

format: setup
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .
