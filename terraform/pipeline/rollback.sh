#!/bin/sh
# Sends the traffic back to the revision before, unless the smoke test passed or that revision is bound less
# (build/rollback says in what); where it did not pass, the build fails.
# Wants APPLY, BUILDS (a gs:// folder), NAME, PROJECT_ID and REGION.
set -eu
cd "$(dirname "$0")/../.."
[ "$APPLY" = true ] || exit 0
if [ "$(cat build/smoke 2>/dev/null)" = passed ]; then
  echo "The smoke test passed: nothing to roll back."
  exit 0
fi
previous=$(cat build/previous-revision)
reasons=$(cat build/rollback 2>/dev/null || echo "what it was bound by is not known.")
set -- gcloud run services update-traffic "$NAME" --project="$PROJECT_ID" --region="$REGION" --to-revisions="$previous=100"
if [ -z "$previous" ]; then
  echo "The smoke test failed, and there is no revision before this one to go back to." >&2
elif [ "$reasons" != yes ]; then
  echo "The smoke test failed. $previous does not serve again, because it is bound less: $reasons" >&2
  echo "Mend and push. To go back all the same: $*" >&2
else
  "$@" --quiet
  echo "The smoke test failed. $previous serves again; the next apply that passes takes over from it." >&2
fi
# Cloud Build keeps the artefacts of successful builds only.
gcloud storage cp build/* "$BUILDS/" || echo "The artefacts could not be kept in $BUILDS." >&2
exit 1
