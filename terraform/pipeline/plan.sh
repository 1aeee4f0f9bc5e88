#!/bin/sh
# Plans, prints the plan, and saves it for apply.sh in .cache/pipeline, where no artefact is taken from: a plan holds
# the state, too. What is kept is build/plan.txt, which leaves out what providers call sensitive.
# Wants NAME, PROJECT_ID and REGION, for a new key also GEMINI_API_KEY; the state's bucket is in TF_CLI_ARGS_init.
# With PULL_REQUEST=true it only reads the state: no lock, and nothing else of Google's is looked at.
set -eu
cd "$(dirname "$0")/.."
mkdir -p ../build ../.cache/pipeline
if [ ! -f terraform.tfvars ]; then
  echo "There is no terraform/terraform.tfvars: copy terraform/examples/root/terraform.tfvars there, edit and commit it." >&2
  exit 1
fi
cp examples/root/backend.tf examples/root/versions_override.tf .
export TF_IN_AUTOMATION=1 TF_INPUT=0
if [ -n "${GEMINI_API_KEY:-}" ]; then export TF_VAR_gemini_api_key="$GEMINI_API_KEY"; fi
if [ -f .terraform.lock.hcl ]; then
  terraform init -no-color -lockfile=readonly
else
  terraform init -no-color
  echo "The providers' versions are exact, their hashes are not held to anything: commit terraform/.terraform.lock.hcl."
fi
terraform validate -no-color
set --
if [ "${PULL_REQUEST:-}" = true ]; then set -- -lock=false -refresh=false; fi
terraform plan -no-color -out=../.cache/pipeline/tfplan "$@" \
  -var "name=$NAME" -var "project_id=$PROJECT_ID" -var "region=$REGION"
terraform show -no-color ../.cache/pipeline/tfplan > ../build/plan.txt
