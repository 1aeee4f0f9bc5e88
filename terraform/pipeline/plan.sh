#!/bin/sh
# Plans, prints the plan and saves it for apply.sh, as build/tfplan, build/plan.txt and build/plan.json.
# Wants NAME, PROJECT_ID, REGION and GEMINI_API_KEY; the state's bucket is in TF_CLI_ARGS_init.
set -eu
cd "$(dirname "$0")/.."
mkdir -p ../build
if [ ! -f terraform.tfvars ]; then
  echo "There is no terraform/terraform.tfvars: copy terraform/examples/root/terraform.tfvars there, edit and commit it." >&2
  exit 1
fi
cp examples/root/backend.tf backend.tf
export TF_VAR_gemini_api_key="$GEMINI_API_KEY" TF_IN_AUTOMATION=1 TF_INPUT=0
terraform init -no-color
terraform validate -no-color
terraform plan -no-color -out=../build/tfplan -var "name=$NAME" -var "project_id=$PROJECT_ID" -var "region=$REGION"
terraform show -no-color ../build/tfplan > ../build/plan.txt
terraform show -json ../build/tfplan > ../build/plan.json
