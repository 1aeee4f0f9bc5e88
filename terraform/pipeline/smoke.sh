#!/bin/sh
# Asks the doctor whether the deployed function mints where it should and refuses where it should. Writes
# build/smoke, "passed" or "failed"; rollback.sh acts on it. A grant may take a minute to work: three attempts.
# Wants APPLY; SMOKE_PAUSE is the seconds between attempts.
set -eu
cd "$(dirname "$0")/../.."
[ "$APPLY" = true ] || exit 0
echo failed > build/smoke
for attempt in 1 2 3; do
  echo "Attempt $attempt: $(cat build/doctor)"
  if sh -c "$(cat build/doctor)"; then
    echo passed > build/smoke
    exit 0
  fi
  [ "$attempt" = 3 ] || sleep "${SMOKE_PAUSE:-20}"
done
exit 1
