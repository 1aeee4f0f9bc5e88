#!/bin/sh
# Applies the plan that plan.sh saved, exactly that, and writes all outputs to build/outputs.json, which smoke.py reads.
# Wants APPLY, and for a new key GEMINI_API_KEY.
set -eu
cd "$(dirname "$0")/.."
if [ "$APPLY" != true ]; then
  echo "Planned only: _APPLY is not true."
  exit 0
fi
export TF_IN_AUTOMATION=1 TF_INPUT=0
if [ -n "${GEMINI_API_KEY:-}" ]; then export TF_VAR_gemini_api_key="$GEMINI_API_KEY"; fi
terraform apply -no-color ../.cache/pipeline/tfplan
terraform output -json > ../build/outputs.json
