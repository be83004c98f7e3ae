# `make train` and `make test` need Python 3.11 or newer and nothing else: each makes .venv first.
#
# PYTHON=python3.13  another interpreter      VENV=dir      another place for the environment
# SCENARIO=file.yaml and TRAIN=...  what `make train` trains on, and options of `rewardlang train`
# PYTEST="-k name"   options of pytest        PIP=...       options of pip install

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= scenarios/confluence_create_page.yaml
TRAIN ?=
PYTEST ?=
PIP ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(PIP)
TORCH_CPU := https://download.pytorch.org/whl/cpu

.PHONY: train test check lint format types imports scenarios clean

train: $(READY)
	$(BIN)/rewardlang train $(SCENARIO) $(TRAIN)

test: $(READY)
	$(BIN)/python -m pytest -rs $(PYTEST)

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

# On Linux, PyPI's torch brings 3 GB of CUDA. Where no NVIDIA GPU is in sight, the CPU build
# (200 MB) is tried first; if its index cannot be reached, the second line takes what there is.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "rewardlang needs Python 3.11 or newer; try: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Making $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@if [ "$$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null 2>&1; then \
	  $(INSTALL) --retries 0 --timeout 10 --no-deps --index-url $(TORCH_CPU) torch >/dev/null 2>&1 || \
	    echo "The index of CPU builds of torch is out of reach; taking torch from the default index"; \
	fi
	@$(INSTALL) -e '.[train,test]'
	@touch $(READY)
