# make run, make test and make bench are all a newcomer needs; each installs what it uses.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Compiled once, as Python does unless told otherwise, a process starts in three quarters of the time.
unexport PYTHONDONTWRITEBYTECODE

# What is asked of every engine. Those of DuckDB run with all others.
QUESTIONS := recount recount_behaviour totals recount_totals recount_vitals recount_retention recount_reading
SEALING := seal late reports_sealed purge
BOTH_ENGINES := $(QUESTIONS:%=tests/tracking/warehouse/test_%.py) $(SEALING:%=tests/tracking/warehouse/sealing/test_%.py) tests/realtime/test_past.py tests/tracking/test_renaming.py

.PHONY: run demo test test-fast lint audit bench faults requirements clean

run: $(VENV)/run
	@$(BIN)/python manage.py serve

demo: $(VENV)/run
	@$(BIN)/python manage.py serve --demo

test: $(VENV)/test $(VENV)/audit lint
	@$(BIN)/python -m tests.audit --where-possible
	@$(BIN)/python -m tests.tools
	$(BIN)/python -m pytest -m "not browser and not stack" --numprocesses 3 --dist worksteal
	$(BIN)/python -m pytest -m "browser or stack" --numprocesses 4 --dist loadscope
	FOOTFALL_WAREHOUSE=chdb://memory $(BIN)/python -m pytest $(BOTH_ENGINES) -m "not stack and not files" --numprocesses 3 --dist worksteal --hypothesis-profile fast
	$(BIN)/python -m tests.on_postgres tests/tracking tests/realtime -m "not stack" --ignore-glob '*/clickhouse/test_[!s]*' --numprocesses 3 --dist worksteal --hypothesis-profile fast

test-fast: $(VENV)/test
	$(BIN)/python -m pytest -m "not browser and not stack and not costly" --numprocesses 2 --dist worksteal --hypothesis-profile fast

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --check
	$(BIN)/mypy
	$(BIN)/shellcheck --external-sources .ci/run deploy/install deploy/upgrade deploy/rollback deploy/footfall deploy/secrets deploy/docker/renewed deploy/run
	$(BIN)/hadolint deploy/docker/Dockerfile
	$(BIN)/zizmor --offline --quiet .github/workflows

# Ends with 3 where no source of advisories can be reached; make test then says so and goes on.
audit: $(VENV)/test $(VENV)/audit
	@$(BIN)/python -m tests.audit

bench: $(VENV)/test
	@$(BIN)/python -m tests.tools
	$(BIN)/python -m tests.bench

# Minutes each, under load; the short forms are among the tests. One of them needs root.
faults: $(VENV)/test
	@$(BIN)/python -m tests.tools
	$(BIN)/python -m tests.faults

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Footfall needs Python 3.11 or later: make PYTHON=python3.12 run")'
	@$(PYTHON) -m venv $(VENV) || { echo "Footfall needs Python's venv module: on Debian, apt install python3-venv"; exit 1; }

$(VENV)/run: requirements/run.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/test: requirements/test.txt $(VENV)/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/audit: requirements/audit.txt $(VENV)/test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# Needs uv on the path.
requirements:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --overrides requirements/overrides.txt requirements/run.in --output-file requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --overrides requirements/overrides.txt requirements/test.in --output-file requirements/test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --constraints requirements/test.txt requirements/audit.in --output-file requirements/audit.txt

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
