# What one does here. Each target makes what it needs; `make` alone lists them.
SHELL := /bin/bash
VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONPATH := emulator/src
# the deployed Python first, then any that works
PYTHON ?= $(shell for python in python3.13 python3.14 python3.12 python3.11 python3 python; do \
  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && { echo "$$python"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help run test lint format lock languages bench doctor mutants rotation soak sdk dist clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements-dev.txt
	@if [ -z "$(PYTHON)" ]; then echo "livetoken needs Python 3.11 to 3.14: install one, or name it: make PYTHON=/path/to/python3.13 …" >&2; exit 1; fi
	@echo "Preparing $(VENV) with $$($(PYTHON) --version) (about half a minute, once) …"
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(READY) sdk ## start the function, the example site, and without GEMINI_API_KEY the stand-in for Google
	@exec $(BIN)/python -m dev

test: $(READY) ## run all tests
	@$(BIN)/python -m pytest --cov --cov-report=term-missing $(PYTEST)

lint: $(READY) ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@if command -v terraform >/dev/null; then terraform fmt -check -recursive terraform; else echo "terraform fmt: skipped, there is no terraform here"; fi

format: $(READY) ## bring the code into form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY) ## pin requirements*.txt anew, with hashes, for all supported Pythons
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements-dev.in -o requirements-dev.txt

languages: $(READY) ## write livetoken/prompts/languages.json anew from Unicode CLDR
	@$(BIN)/python -m dev.languages

bench: $(READY) ## measure start, mint and memory beside other designs
	@$(BIN)/python -m bench $(BENCH)

doctor: $(READY) ## examine a deployed function: make doctor URL=https://… ORIGIN=https://…
	@if [ -z "$(URL)" ] || [ -z "$(ORIGIN)" ]; then echo "say which: make doctor URL=https://your-function ORIGIN=https://your-site" >&2; exit 2; fi
	@$(BIN)/python -m doctor "$(URL)" --origin "$(ORIGIN)" $(if $(PROJECT),--project "$(PROJECT)") $(if $(SECRET),--secret "$(SECRET)") $(if $(JSON),--json) $(DOCTOR)

mutants: $(READY) ## delete each guard once and see a test fail
	@$(BIN)/python tests/tools/mutants/run.py

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

dist: client/node_modules/.package-lock.json ## build client/dist/ and the package build/livetoken-*.tgz, print sizes and integrity
	@cd client && npm run --silent build
	@mkdir -p build && cd client && npm pack --silent --pack-destination ../build | sed 's#^#build/#'
	@"$(PYTHON)" -m dev.dist

client/node_modules/.package-lock.json: client/package-lock.json
	@command -v npm >/dev/null || { echo "make dist needs Node.js 20 or newer with npm; client/dist/ is committed, and make run needs neither." >&2; exit 1; }
	@echo "Installing what builds the client (once) …"
	@cd client && npm ci --silent --no-fund --no-audit --ignore-scripts && touch node_modules/.package-lock.json

clean: ## remove everything that make made
	rm -rf $(VENV) .cache build examples/vendor client/node_modules tests/client/js/node_modules tests/client/package/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
