#!/bin/sh
# Every mistake in the prompt files, those included that only google-genai's types can judge: before anything is planned.
set -eu
cd "$(dirname "$0")/../.."
make prompts
