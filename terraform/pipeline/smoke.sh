#!/bin/sh
# Asks the doctor whether the deployed function mints where it should and refuses where it should. Writes
# build/smoke, "passed" or "failed"; rollback.sh acts on it. A grant may take a minute to work: three attempts.
# A function that is paused, or wants proof from callers, mints for nobody here: it only has to be there, or pulling
# the kill switch would roll itself back. Wants APPLY; SMOKE_PAUSE is the seconds between attempts.
set -eu
cd "$(dirname "$0")/../.."
[ "$APPLY" = true ] || exit 0
echo failed > build/smoke
if [ "$(cat build/mints)" = true ]; then
  proof=$(cat build/doctor)
else
  proof="python3 -c 'import urllib.request as web; print(web.urlopen(\"$(cat build/url)\", timeout=30).status)'"
fi
for attempt in 1 2 3; do
  echo "Attempt $attempt: $proof"
  if sh -c "$proof"; then
    echo passed > build/smoke
    exit 0
  fi
  [ "$attempt" = 3 ] || sleep "${SMOKE_PAUSE:-20}"
done
exit 1
