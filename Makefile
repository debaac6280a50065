# make demo    set up and run the main job on the embedded district: open demo/map.html
# make test    set up and run every test
# make lint    style, types, architecture
# make wheel   build the wheel, install it in a clean environment and run the demo from there
# make lock    resolve the dependencies anew into requirements/

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint wheel lock browser clean
.DELETE_ON_ERROR:

demo: $(VENV)/run.stamp
	$(BIN)/facility-coverage demo --out demo --overwrite

test: $(VENV)/dev.stamp browser
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell coverage maps api cli tests docs data README.md CHANGELOG.md Makefile pyproject.toml
	$(BIN)/validate-pyproject pyproject.toml

wheel: $(VENV)/dev.stamp
	rm -rf dist build/clean
	$(BIN)/python -m build --no-isolation --wheel --outdir dist
	$(PYTHON) -m venv build/clean
	build/clean/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/run.txt
	build/clean/bin/python -m pip --disable-pip-version-check --quiet install --no-deps dist/*.whl
	cd build && clean/bin/python -c "import coverage, numba; assert coverage.Coverage, coverage"
	cd build && clean/bin/facility-coverage demo --out demo --overwrite

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

# The map's tests open it in Debian's chromium and look at Chinese text; libatomic1: playwright's driver.
browser:
	@{ command -v chromium && ldconfig -p | grep -q libatomic.so.1; } >/dev/null || [ "$$(id -u)" != 0 ] \
	  || { apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk libatomic1; } >/dev/null
	@command -v chromium >/dev/null \
	  || echo "note: no chromium, so the map's browser tests are skipped; as root: apt-get install chromium" >&2

lock: $(VENV)/bin/python
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group test --group lint --universal --python-version 3.11 \
	  --constraint requirements/run.txt --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) demo dist build
