# make run: set everything up and open the app.   make test: set everything up and pass the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is imported is compiled when it first is, and kept: pip would compile everything.
install = $(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: docs release run setup test run-tests setup-dev tools check style types lock lowest audit sbom licenses fuzz soak mutants nightly bench screenshots clean

run: setup
	$(BIN)/iqgeo app

setup: $(VENV)/.installed $(VENV)/.warm

setup-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "iqgeo needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(install) requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

# What is in both locks is there already: meanwhile the loops are compiled.
$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(install) requirements-dev.lock
	touch $@

# Compiles the solvers' loops once (they are kept on disk), so that the first suggestion does not wait.
$(VENV)/.warm: | $(VENV)/.installed
	$(BIN)/iqgeo suggest --new 4 --json - >/dev/null
	$(BIN)/iqgeo suggest --model full-cover --least-people 50000 --share-pct 50 --json - >/dev/null
	$(BIN)/iqgeo suggest --model p-median --new 1 --least-people 50000 --json - >/dev/null
	touch $@

# What more the tests compile: once, while the static checks run, and not by each process that runs tests.
$(VENV)/.warm-tests: | $(VENV)/.installed-dev $(VENV)/.warm
	$(BIN)/python -m tests.warm
	touch $@

# All tests loaded once, and what is compiled kept: else each tester compiles all of it at the same time.
$(VENV)/.collected: | $(VENV)/.installed-dev
	@echo "$(BIN)/python -m pytest --collect-only"
	@said=$$($(BIN)/python -m pytest --collect-only -qq) || { echo "$$said"; exit 1; }
	touch $@

# The tests use the system's Chromium and PostgreSQL; on Debian this installs what is missing. Of Chromium the
# shell, which is there to be driven and has no windows to draw: two thirds of the work.
tools:
	@missing=; \
	command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || \
	  command -v chromium-browser >/dev/null || missing="CHROMIUM fonts-liberation"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
	  missing="$$missing postgresql"; \
	[ -z "$$missing" ] || { \
	  SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; \
	  $$SUDO apt-get update -qq && \
	  browser=$$(apt-cache show chromium-headless-shell >/dev/null 2>&1 && echo chromium-headless-shell || echo chromium) && \
	  $$SUDO apt-get install -y -qq $$(echo $$missing | sed "s/CHROMIUM/$$browser/"); }

# Three for two cores: while one waits for its browser, the others compute.
TESTERS ?= 3
# In this order: the checker of types, which takes both processors, comes last, where they are least busy.
test:
	$(MAKE) --no-print-directory -j 2 tools $(VENV)/.warm-tests style $(VENV)/.collected types
	$(MAKE) --no-print-directory run-tests

run-tests: $(VENV)/.warm-tests
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

check: style types

style: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/deptry .

# Its workers have three seconds to start, too few on a busy machine: then it ends with 2, and one process does it.
types: $(VENV)/.installed-dev
	$(BIN)/mypy --num-workers 2 || { [ $$? -eq 2 ] && $(BIN)/mypy; }

bench: setup-dev
	$(BIN)/python -m benchmarks

# The documentation as pages, in out/docs, with pictures of the running app; nothing is asked of the internet.
docs: setup-dev
	$(BIN)/python -m tests.handbook
	$(BIN)/python -m sphinx -q -W --keep-going docs out/docs

# A version: wheel, source, checksums, licences, bill of materials, documentation, in out/; the tag by hand.
release: setup-dev docs sbom licenses
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir out .
	$(BIN)/python -m hatchling build -t sdist -d out
	cd out && sha256sum *.whl *.tar.gz > SHA256SUMS
	@echo "git tag -a v$$($(BIN)/python -c 'import iqgeo; print(iqgeo.__version__)')"

screenshots: setup-dev tools
	$(BIN)/python -m tests.screenshots

# Needs uv. Hashes, no download addresses.
lock:
	@# The app that `make run` opens gets roads by a place's name, too: osmnx is small beside what it stands on.
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate pyproject.toml --extra osmnx --group build -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

# The first of every month, and whenever the audit finds something: make lock setup-dev test, then commit.
# Needs uv and the internet; nothing that is pinned is believed to be safe because it is pinned.
audit: setup
	$(BIN)/python -m pip check
	uv tool run pip-audit --disable-pip --require-hashes -r requirements.lock

# What iqgeo is made of, from the lock and what is installed; in out/.
sbom: setup
	$(BIN)/python tools/inventory.py sbom out

licenses: setup
	$(BIN)/python tools/inventory.py licenses out

# The declared lower bounds, each as low as it says, and the core of the tests on them: readers, scenario,
# reports, exact models, commands, pages. Needs uv. Failures are printed by Python itself: pytest parses the
# sources to print one, which Pythons before 3.11.8 refuse once a thread was stopped while it parsed.
LOWEST := .venv-lowest
lowest:
	uv venv --quiet --clear --python 3.11 $(LOWEST)
	uv pip compile --quiet --resolution lowest-direct --python-version 3.11 --no-header --no-annotate \
	  pyproject.toml -o $(LOWEST)/requirements.txt
	VIRTUAL_ENV=$(LOWEST) uv pip install --quiet -r $(LOWEST)/requirements.txt
	VIRTUAL_ENV=$(LOWEST) uv pip install --quiet pytest pytest-xdist hypothesis pytest-socket psutil networkx openpyxl pypdf \
	  playwright
	PYTHONPATH=. $(LOWEST)/bin/python -m pytest -q --tb=native -p no:cacheprovider -W default tests/texts tests/inputs \
	  tests/scenario tests/reports tests/siting/test_exact.py tests/workers/test_guarded.py tests/cli/test_cli.py \
	  tests/distances/roads/test_read_osm.py tests/app/test_pages.py tests/test_coverage.py tests/test_gaps.py \
	  tests/test_suggestions.py

# Each reader so many minutes; what is found stands in .fuzz/found. Without atheris the changes are made blindly.
MINUTES ?= 5
fuzz: setup-dev
	$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet 'atheris>=3' || true
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

# Sixteen sessions at random, for SOAK minutes.
SOAK ?= 20
soak: setup-dev
	$(BIN)/python -m benchmarks.app.soak --minutes $(SOAK)

# One change at a time to the rooms that iqgeo is there for (coverage, gaps, siting, scenario; [tool.mutmut]):
# those that no test sees are listed. In a copy, so many hours at most; what is known is kept for the next night.
HOURS ?= 6
mutants: setup-dev
	$(BIN)/python -m pip install --quiet 'mutmut>=3.8'
	mkdir -p .mutants
	cp -r iqgeo tests data docs notebooks pyproject.toml README.md LICENSE ARCHITECTURE.md app.py .mutants
	cd .mutants && PATH=$(CURDIR)/$(BIN):$$PATH timeout $(HOURS)h mutmut run --max-children 2 || [ $$? = 124 ]
	cd .mutants && $(CURDIR)/$(BIN)/mutmut results

# What takes too long for every change.
nightly: setup-dev
	IQGEO_BOMBS=all IQGEO_FAULTS=all IQGEO_WALK=all $(BIN)/python -m pytest -q tests/test_walk.py tests/inputs/test_bombs.py tests/distances/roads/test_bombs.py \
	  tests/app/test_bombs.py tests/faults tests/reports/test_every_form.py
	IQGEO_DOORS=12 IQGEO_KILLS=200 $(BIN)/python -m pytest -q tests/test_doors.py tests/store/test_crashes.py
	IQGEO_EXAMPLES=400 $(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore=tests/app tests
	IQGEO_EXAMPLES=40 $(BIN)/python -m pytest -q tests/app/test_browser.py tests/app/test_browser_zoom.py \
	  tests/app/test_hour.py tests/app/test_late_words.py tests/app/test_planfiles.py tests/app/test_columns.py
	IQGEO_WALKS=8 IQGEO_STEPS=40 $(BIN)/python -m pytest -q tests/app/test_walker.py
	$(MAKE) --no-print-directory lowest fuzz soak mutants

clean:
	rm -rf $(LOWEST) .fuzz .mutants $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
