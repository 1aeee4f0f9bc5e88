#!/bin/sh
# Notes which revision serves now, for rollback.sh. A function that is not there yet has none; that is no failure.
# Wants APPLY, NAME, PROJECT_ID and REGION.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
[ "$APPLY" = true ] || exit 0
gcloud run services list --project="$PROJECT_ID" --region="$REGION" --filter="metadata.name=$NAME" \
  --format="value(status.traffic[0].revisionName)" > build/previous-revision
echo "Serving now: $(cat build/previous-revision)"
