# Everything a newcomer needs: `make audit` from clone to report, `make test` to green tests.
# Only Python 3.11 or newer with venv and pip has to be there.

# The first Python that runs and is new enough: a name on the PATH may be a shim with nothing behind it.
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
MODELS ?= sample_models
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help audit test lint format check docs bench sample-models sample-models-large clean

help: ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

$(VENV)/made: ## The environment itself, remade where its Python is gone.
	@test -n "$(PYTHON)" || \
		{ echo "logitcheck needs Python 3.11 or newer; set PYTHON=/path/to/python"; exit 2; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@touch $@

# Byte code is made at once, for it is not kept where PYTHONDONTWRITEBYTECODE is set: a start is ten times slower then.
$(VENV)/with-tensorflow: $(VENV)/made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[tensorflow]'
	@$(BIN)/python -m compileall -q logitcheck
	@touch $@

$(VENV)/with-dev: $(VENV)/with-tensorflow pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[tensorflow,dev]'
	@touch $@

audit: $(VENV)/with-tensorflow ## Set up, then audit the sample models (MODELS=... for others).
	@$(BIN)/python -m compileall -q logitcheck
	$(BIN)/logitcheck audit $(MODELS) --fail-on never

test: $(VENV)/with-dev ## Set up, then run the tests.
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/with-dev ## Style, types, import directions, generated docs.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/render_rule_docs.py --check

format: $(VENV)/with-dev ## Put the code into the project's form.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test ## Everything that CI runs.

docs: $(VENV)/with-dev ## Write the generated pages anew.
	$(BIN)/python tools/render_rule_docs.py
	$(BIN)/python tools/render_readme_picture.py

bench: $(VENV)/with-dev ## Measure speed as ratios of pairs run in turn.
	$(BIN)/python benchmarks/run.py

sample-models: $(VENV)/with-dev ## Make the sample models anew.
	$(BIN)/python sample_models/make.py

sample-models-large: $(VENV)/with-dev ## Make a DenseNet121 and its broken twin under build/.
	$(BIN)/python sample_models/make_large.py build/sample_models_large

clean: ## Remove the environment and everything made.
	rm -rf $(VENV) build dist
