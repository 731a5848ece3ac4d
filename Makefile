# Carelane: every way to build, try and check it. `make` alone tells.

UV_VERSION := 0.13.8
TEST_WORKERS ?= 2

# The first interpreter that is recent enough; `make PYTHON=/path/to/python3.12` names another.
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14 python; do \
    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
        command -v "$$name"; break; fi; done)

export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never

BOOTSTRAP := .bootstrap/uv-$(UV_VERSION)
ENVIRONMENT := .venv/carelane-environment
RUN := .venv/bin

yes = $(if $(filter-out 0 no false,$(1)),$(2))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup programs demo dev test chaos fuzz lint format bench contract css clean

help: ## Tell what can be made
	@echo 'make TARGET, where TARGET is one of:'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{printf "%-12s%s\n", $$1, $$2}'

setup: $(ENVIRONMENT) ## Make the environment in .venv from the lock file

$(BOOTSTRAP):
	@if [ -z '$(PYTHON)' ]; then \
	    echo 'error: Carelane needs Python 3.11 or later, and found none on PATH.' >&2; \
	    echo 'Install it, or name it: make PYTHON=/path/to/python3' >&2; exit 1; fi
	@if ! '$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "error: '$(PYTHON)' cannot make virtual environments: its venv or ensurepip is missing." >&2; \
	    echo 'On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; fi
	@echo 'Getting uv $(UV_VERSION) (seconds, once)'
	@rm -rf .bootstrap
	@'$(PYTHON)' -m venv .bootstrap
	@.bootstrap/bin/python -m pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)'
	@touch $@

$(ENVIRONMENT): $(BOOTSTRAP) pyproject.toml uv.lock
	@echo 'Making the environment in .venv (a minute or two the first time)'
	@.bootstrap/bin/uv sync --frozen --quiet --python "$$(.bootstrap/bin/python -c 'import sys; print(sys._base_executable)')"
	@touch $@

programs: setup ## Get the Temporal server and Chromium, where this machine has none
	@$(RUN)/carelane fetch-programs --temporal --chromium

demo: setup ## Run the demonstration; ONCE=1 to its end, FRESH=1 from the start, PATIENTS=<folder>
	@$(RUN)/carelane demo $(call yes,$(ONCE),--once) $(call yes,$(FRESH),--fresh) $(if $(PATIENTS),--patients '$(PATIENTS)')

dev: setup ## Run everything on this machine, without the demonstration's cases
	@$(RUN)/carelane dev

test: programs ## Test everything; TESTS='tests/local -k postgres' for less
	@$(RUN)/pytest -n $(TEST_WORKERS) --dist loadfile $(TESTS)

chaos: programs ## Kill processes at random under load, with many seeds; takes long
	@$(RUN)/pytest -m chaos --timeout 3600 $(TESTS)

fuzz: setup ## Fuzz the expression language, SECONDS=300 long; what is found lies in .carelane/fuzz
	@.bootstrap/bin/uv sync --frozen --quiet --group fuzz
	@mkdir -p .carelane/fuzz/corpus
	@$(RUN)/python -m tests.fuzz.feel -max_total_time=$(or $(SECONDS),300) -timeout=10 -max_len=600 -len_control=0 \
	    -print_final_stats=1 -artifact_prefix=.carelane/fuzz/ .carelane/fuzz/corpus

lint: setup ## Check style, types and who may import whom
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy .
	@$(RUN)/lint-imports

format: setup ## Format the code
	@$(RUN)/ruff format .
	@$(RUN)/ruff check --fix --quiet .

bench: programs ## Measure the budgets against a workflow written by hand
	@$(RUN)/python -m tests.scale.bench

contract: setup ## Ask a FHIR server what our client needs: CORE=<base url> [AUTH=none|smart]
	@if [ -z '$(CORE)' ]; then echo 'error: name the server: make contract CORE=<base url>' >&2; exit 2; fi
	@$(RUN)/carelane contract '$(CORE)' $(if $(AUTH),--auth '$(AUTH)')

css: ## Build the pages' theme from nhsuk-frontend; needs npm
	@cd web/build && npm ci --no-audit --no-fund && npm run css

clean: ## Remove the environment, caches and the state of `carelane dev`
	@if [ -x $(RUN)/carelane ]; then $(RUN)/carelane forget-state; fi
	@rm -rf .venv .bootstrap .carelane .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
