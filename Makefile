# What one does here. Each target makes what it needs; `make` alone lists them.
SHELL := /bin/bash
VENV  := .venv
BIN   := $(VENV)/bin
export PYTHONPATH := emulator/src
# The deployed Python first, then any that works; `make PYTHON=…` takes another, and makes the environment anew for it.
SUPPORTED := import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for python in python3.13 python3.14 python3.12 python3.11 python3 python; do \
  "$$python" -c '$(SUPPORTED)' 2>/dev/null && { echo "$$python"; break; }; done)
NAMED := $(if $(filter command environment,$(firstword $(origin PYTHON))),$(subst /,-,$(PYTHON)))
# how many tests run at once: most of them wait most of the time
WORKERS := 6
# fewer where every test keeps a browser busy
BROWSER_WORKERS := 4
# what has a target of its own
USUAL := not (installs or policy or bench or browsers or conversations or terraform)
RUN   := $(VENV)/.run$(NAMED)
READY := $(VENV)/.ready$(NAMED)

.DEFAULT_GOAL := help
.PHONY: help run emulator clients dist-emulator first-start prompts check test test-busy browsers test-installs test-conversations test-terraform test-policy test-bench audit lint biome format lock languages tables golden bench usage doctor mutants mutmut rotation soak sdk dist sites clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(RUN): requirements-run.txt dev/requirements/uv.txt
	@"$(or $(PYTHON),false)" -c '$(SUPPORTED)' 2>/dev/null || { echo "livetoken needs Python 3.11 to 3.14 with its modules venv and ensurepip$(if $(PYTHON), (not $(PYTHON))): install one (Debian: apt install python3-venv), or name it: make PYTHON=/path/to/python3.13 …" >&2; exit 1; }
	@echo "Preparing $(VENV) with $$("$(PYTHON)" --version) (some seconds, once) …"
	@"$(PYTHON)" -m dev.install new $(VENV) requirements-run.txt
	@touch $(VENV)/.run $@

$(READY): requirements-dev.txt $(RUN)
	@echo "Adding what tests and linters need (some seconds, once) …"
	@$(BIN)/python -m dev.install add $(VENV) requirements-dev.txt
	@touch $(VENV)/.ready $@

run: $(RUN) sdk ## start the function, the example site, and without GEMINI_API_KEY the emulator
	@exec $(BIN)/python -m dev

first-start: $(RUN) ## make run in a fresh clone, for every Python of this machine
	@$(BIN)/python -m dev.first_start

prompts: $(RUN) ## tell every mistake in the prompt files, or in those of FOLDER=…
	@$(BIN)/python -m livetoken check $(FOLDER)

check: lint ## check style and types, and run all tests that need no process
	@$(BIN)/python -m pytest --quiet -rfE -n $(WORKERS) --dist loadfile -p tests.without_processes -m "$(USUAL)"

# a whole run is measured; what one narrows down is not
test: $(READY) ## run all tests, or some: make test PYTEST="-k origins -x"
	@$(BIN)/python -m pytest $(or $(PYTEST),-m "$(USUAL)" -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term-missing)

test-busy: $(READY) ## run all tests, or some, with two busy loops for each processor beside them
	@$(BIN)/python -m dev.busy 2400 $(MAKE) --no-print-directory test

test-installs: $(READY) .cache/generators/.ready ## run the tests that install software, or use what is installed apart
	@$(BIN)/python -m pytest -m installs

test-terraform: $(READY) ## apply terraform/ and run its pipeline, where the providers are at hand
	@$(BIN)/python -m pytest -m "terraform and not policy" -n 2 --dist loadfile

test-conversations: $(READY) ## hold long conversations in Chromium: over outages and page loads
	@$(BIN)/python -m pytest -m conversations -n $(BROWSER_WORKERS) --dist loadfile

browsers: $(READY) ## open the element in Chromium, Firefox and WebKit; pictures go to SHOTS=…
	@$(BIN)/python -m pytest -m browsers -n $(BROWSER_WORKERS) --dist loadgroup -rs --session-timeout=900 tests/client/browsers $(PYTEST)

test-policy: $(READY) .cache/policy/.ready ## scan terraform/ with Checkov
	@$(BIN)/python -m pytest -m policy

test-bench: $(READY) ## run the tests of make bench
	@$(BIN)/python -m pytest -m bench

audit: $(READY) .cache/audit/.ready ## look for known vulnerabilities in what the locks pin
	@$(BIN)/python -m dev.audit .cache/audit/bin/pip-audit requirements.txt requirements-dev.txt dev/requirements/uv.txt

.cache/%/.ready: dev/requirements/%.txt | $(RUN)
	@echo "Installing $*.txt in .cache/$* (some seconds, once) …"
	@$(BIN)/python -m dev.install new .cache/$* $< && touch $@

lint: $(READY) ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory -s biome; else echo "Biome: skipped, there is no npm here"; fi
	@if command -v terraform >/dev/null; then terraform fmt -check -recursive terraform; else echo "terraform fmt: skipped, there is no terraform here"; fi

biome: dev/biome/node_modules/.package-lock.json
	dev/biome/node_modules/.bin/biome lint --error-on-warnings

dev/biome/node_modules/.package-lock.json: dev/biome/package-lock.json
	@cd dev/biome && npm ci --silent --no-fund --no-audit --ignore-scripts && touch node_modules/.package-lock.json

format: $(READY) ## bring the code into form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY) ## pin requirements*.txt anew, with hashes, for all supported Pythons
	@for lock in requirements{,-run,-dev} dev/requirements/{uv,audit,policy,mutmut,golden,generators}; do echo "$$lock.txt …"; \
	  $(BIN)/python -m dev.install uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url "$$lock.in" -o "$$lock.txt" || exit 1; done

languages: $(READY) ## write livetoken/prompts/languages.json anew from Unicode CLDR
	@$(BIN)/python -m dev.languages

tables: $(READY) ## write the tables of settings, variables and outputs anew in both READMEs
	@$(BIN)/python -m dev.tables

golden: $(READY) .cache/golden/.ready ## record byte by byte what google-genai sends for a token, the locked version and 2.34.0
	@$(BIN)/python -m tests.gemini.golden_requests $(BIN)/python .cache/golden/bin/python

emulator: $(RUN) ## start the emulator of Gemini Live alone: make emulator EMULATOR="--https"
	@exec $(BIN)/python -m gemini_live_emulator $(EMULATOR)

clients: $(READY) ## run other people's clients against the emulator, or some: make clients CLIENTS="go js_genai"; CHECKOUTS=… holds clones
	@$(BIN)/python -m tests.clients.run $(if $(CHECKOUTS),--checkouts "$(CHECKOUTS)") $(CLIENTS)

dist-emulator: $(RUN) ## build the emulator's wheel in build/
	@$(BIN)/python -m dev.install uv build --quiet --wheel --out-dir build emulator
	@ls build/gemini_live_emulator-*.whl

bench: $(READY) ## measure start, mint and memory beside other designs
	@$(BIN)/python -m bench $(BENCH)

usage: $(RUN) ## what conversations used, by day, site and prompt: make usage LOG=run.log, of make run or gcloud; or standard input
	@$(BIN)/python -m dev.usage $(LOG)

doctor: $(READY) ## examine a deployed function: make doctor URL=https://… ORIGIN=https://…, or what terraform/ deployed
	@options=($(if $(PROJECT),--project "$(PROJECT)") $(if $(SECRET),--secret "$(SECRET)") $(if $(JSON),--json) $(DOCTOR)); \
	if [ -z "$(URL)$(ORIGIN)" ]; then exec $(BIN)/python -m terraform.pipeline.examine "$${options[@]}"; \
	elif [ -z "$(URL)" ] || [ -z "$(ORIGIN)" ]; then echo "say which: make doctor URL=https://your-function ORIGIN=https://your-site" >&2; exit 2; \
	else exec $(BIN)/python -m doctor "$(URL)" --origin "$(ORIGIN)" "$${options[@]}"; fi

mutants: $(READY) ## break each promise of docs/security.md once and see a test fail: make mutants MUTANTS="Redis --jobs 2"
	@$(BIN)/python -m tests.tools.mutants.run $(MUTANTS)

mutmut: $(READY) .cache/mutmut/.ready ## change livetoken/access, prompts and secret a little, everywhere, and list what no test in this process notices
	@PYTHONPATH="$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'):$(PYTHONPATH)" \
	  .cache/mutmut/bin/mutmut run $(MUTMUT); .cache/mutmut/bin/mutmut results

rotation: $(READY) ## rotate the key under load and count failures
	@$(BIN)/python tests/tools/rotation.py

soak: $(READY) ## 50 000 mixed requests, memory before and after
	@$(BIN)/python tests/tools/soak.py

sdk: ## bundle the official SDK for examples/sdk.html, where there is npm
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory -s examples/vendor/genai.js || echo "The official SDK could not be bundled; examples/sdk.html says so."; \
	else echo "There is no npm here: examples/sdk.html will say that the official SDK's bundle is missing."; fi

examples/vendor/genai.js: tests/client/js/package-lock.json
	@echo "Bundling the official SDK for examples/sdk.html (once) …"
	@mkdir -p examples/vendor
	@cd tests/client/js && npm ci --silent --no-fund --no-audit && echo "export * from '@google/genai/web'" | \
	  npx esbuild --bundle --format=esm --platform=browser --minify --log-level=warning --outfile=../../../examples/vendor/genai.js

dist: client/node_modules/.package-lock.json ## build client/dist/ and the package build/livetoken-*.tgz, print sizes and integrity; the emulator's wheel
	@cd client && npm run --silent build
	@mkdir -p build && cd client && npm pack --silent --pack-destination ../build | sed 's#^#build/#'
	@"$(PYTHON)" -m dev.dist
	@$(MAKE) --no-print-directory -s dist-emulator

sites: $(READY) ## install the package in Vite, Next.js, VitePress, SvelteKit and Astro sites, build them, open them in Chromium
	@$(BIN)/python -m pytest tests/client/sites/build_sites.py $(PYTEST)

client/node_modules/.package-lock.json: client/package-lock.json
	@command -v npm >/dev/null || { echo "make dist needs Node.js 20 or newer with npm; client/dist/ is committed, and make run needs neither." >&2; exit 1; }
	@echo "Installing what builds the client (once) …"
	@cd client && npm ci --silent --no-fund --no-audit --ignore-scripts && touch node_modules/.package-lock.json

clean: ## remove everything that make made
	rm -rf $(VENV) .cache build client/node_modules dev/biome/node_modules examples/vendor tests/client/{js,package,browsers}/node_modules mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
