#!/bin/sh
# Runs smoke.py with what `make test` installed. Wants APPLY and ROLLBACK; SMOKE_PAUSE is the seconds between attempts.
set -eu
cd "$(dirname "$0")/../.."
exec "${PYTHON:-.venv/bin/python}" -m terraform.pipeline.smoke
