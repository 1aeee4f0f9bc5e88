#!/bin/sh
# Java reads a trust store, not a file of certificates; and it runs one file of source as it is.
set -eu
store="$(mktemp -u)"
trap 'rm -f "$store"' EXIT
keytool -importcert -noprompt -alias emulator -file "$SSL_CERT_FILE" -keystore "$store" -storepass changeit 2>/dev/null
java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 -Djavax.net.ssl.trustStore="$store" -Djavax.net.ssl.trustStorePassword=changeit \
  --source 17 -cp "$ENVIRONMENT/*" Talk.java
