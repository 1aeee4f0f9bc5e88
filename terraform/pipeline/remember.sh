#!/bin/sh
# Notes which revision serves now, for rollback.sh, and what it is bound by, for smoke.py; that stays out of build/,
# whose files are kept. A function that is not there yet has none; that is no failure.
# Wants APPLY, NAME, PROJECT_ID and REGION.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build .cache/pipeline
[ "$APPLY" = true ] || exit 0
previous=$(gcloud run services list --project="$PROJECT_ID" --region="$REGION" --filter="metadata.name=$NAME" \
  --format="value(status.traffic[0].revisionName)")
echo "$previous" > build/previous-revision
echo "Serving now: ${previous:-nothing}"
[ -n "$previous" ] || exit 0
gcloud run revisions describe "$previous" --project="$PROJECT_ID" --region="$REGION" --format=json \
  > .cache/pipeline/previous-revision.json
