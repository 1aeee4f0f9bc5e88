#!/bin/sh
# All tests, with a report. The first step: a failure here leaves everything as it is.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
PYTEST_ADDOPTS="--junitxml=$PWD/build/tests.xml" make test
