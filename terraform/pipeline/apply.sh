#!/bin/sh
# Applies the plan that plan.sh saved, exactly that, and writes what smoke.sh reads, and all outputs, to build/.
# Wants APPLY and GEMINI_API_KEY.
set -eu
cd "$(dirname "$0")/.."
if [ "$APPLY" != true ]; then
  echo "Planned only: _APPLY is not true."
  exit 0
fi
export TF_VAR_gemini_api_key="$GEMINI_API_KEY" TF_IN_AUTOMATION=1 TF_INPUT=0
terraform apply -no-color ../build/tfplan
terraform output -json > ../build/outputs.json
for output in doctor mints url; do
  terraform output -raw "$output" > "../build/$output"
done
