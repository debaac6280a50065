# make demo    set up and run the main job on the embedded district: open demo/map.html
# make test    set up and run every test
# make lint    style, types, architecture
# make gallery remake the pictures of docs/gallery
# make schemas write the JSON Schemas of rule files anew from the models
# make wheel   build the wheel, install it in a clean environment and run the demo from there
# make bench   time ours and its peers in one table; bench-scale: as a city grows; bench-siting: models
# make lock    resolve the dependencies anew into requirements/

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DEBIAN := chromium fonts-noto-cjk libatomic1 libpangoft2-1.0-0 libharfbuzz-subset0 \
  postgresql-15-postgis-3 gdal-bin python3-qgis qgis-providers
BENCH := build/bench
PEERS := matplotlib pandana pyrosm spopt

.PHONY: demo test lint gallery schemas wheel bench bench-scale bench-siting lock debian clean
.DELETE_ON_ERROR:

demo: $(VENV)/run.stamp
	$(BIN)/facility-coverage demo --out demo --overwrite

test: $(VENV)/dev.stamp debian
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell coverage maps api cli tests benchmarks docs data README.md CHANGELOG.md Makefile pyproject.toml
	$(BIN)/validate-pyproject pyproject.toml

gallery: $(VENV)/dev.stamp debian
	$(BIN)/python docs/gallery/make.py

schemas: $(VENV)/run.stamp
	$(BIN)/python -c "from facility_coverage.standards.schema import write_schemas; write_schemas()"

wheel: $(VENV)/dev.stamp
	rm -rf dist build/clean
	$(BIN)/python -m build --no-isolation --wheel --outdir dist
	$(PYTHON) -m venv build/clean
	build/clean/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/run.txt
	build/clean/bin/python -m pip --disable-pip-version-check --quiet install --no-deps dist/*.whl
	cd build && clean/bin/python -c "import coverage, numba; assert coverage.Coverage, coverage"
	cd build && clean/bin/facility-coverage demo --out demo --overwrite

bench: $(BENCH)/stamp
	$(BENCH)/bin/python benchmarks/bench.py

bench-scale: $(BENCH)/stamp
	$(BENCH)/bin/python benchmarks/growth.py

bench-siting: $(BENCH)/stamp
	$(BENCH)/bin/python benchmarks/siting.py

# Peers have an environment of their own; one that cannot be installed is left out and the table says so.
$(BENCH)/stamp: $(VENV)/bin/python requirements/run.txt requirements/bench.txt
	$(BIN)/python -m venv --clear $(BENCH)
	$(BENCH)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/run.txt
	$(BENCH)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	for peer in $(PEERS); do \
	  $(BENCH)/bin/python -m pip --disable-pip-version-check --quiet install --constraint requirements/bench.txt $$peer \
	    || echo "note: $$peer cannot be installed here; the table will say so" >&2; done
	touch $@

# The environment is made from the lock files with their hashes, then the project is linked in.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: Python 3.11 or later is needed; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } \
	  || { echo "error: Python has no venv; as root: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(VENV)/bin/python requirements/run.txt pyproject.toml
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(BIN)/facility-coverage doctor --quiet    # compiles the kernels once, and looks whether all is there
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	touch $@

# What tests need beside Python: a browser for the map, PostgreSQL for the store, GDAL and QGIS for
# the layers.
debian:
	@dpkg --status $(DEBIAN) >/dev/null 2>&1 || [ "$$(id -u)" != 0 ] || { export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends $(DEBIAN); } >/dev/null
	@for package in $(DEBIAN); do dpkg --status $$package >/dev/null 2>&1 \
	  || echo "note: no $$package, so tests that need it are skipped; as root: apt-get install $$package" >&2; done

lock: $(VENV)/bin/python
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group test --group lint --universal --python-version 3.11 \
	  --constraint requirements/run.txt --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group bench --universal --python-version 3.11 \
	  --constraint requirements/run.txt --no-annotate --no-emit-index-url --no-header --quiet --output-file requirements/bench.txt

clean:
	rm -rf $(VENV) demo dist build
