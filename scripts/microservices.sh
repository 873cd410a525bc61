#!/usr/bin/env bash
# What `make microservices-…` does: all of Banyan as containers of this host, by docker-compose.yml.
#   NATS=3          three NATS servers in place of one
#   OBSERVE=1       Prometheus, Grafana and Jaeger beside it
#   GROUP=… N=…     for scale: which service, and how many of it
set -euo pipefail
cd "${0%/*}/.."
verb=${1:-}
say() { echo "microservices: $*" >&2; }

command -v docker >/dev/null || { say "there is no docker here: install Docker Engine with its plugin compose, or use \`make cluster\`, which needs neither."; exit 1; }
docker compose version >/dev/null 2>&1 || { say "docker has no \`compose\` here: install its plugin (docker-compose-plugin), 2.24 or later."; exit 1; }
docker info >/dev/null 2>&1 || { say "docker's engine does not answer: start it, and see that you may use it (the group docker)."; exit 1; }

files=(-f docker-compose.yml)
[ "${NATS:-1}" = 1 ] || files+=(-f docker-compose.nats-cluster.yml)
profiles=()
if [ -n "${OBSERVE:-}" ]; then
	profiles=(--profile observability)
	export OTEL_EXPORTER_OTLP_ENDPOINT=${OTEL_EXPORTER_OTLP_ENDPOINT:-http://jaeger:4318}
fi
compose() { docker compose "${files[@]}" "${profiles[@]}" "$@"; }

case "$verb" in
up)
	[ -f compose/secrets/cluster.key ] || { say "it has no secrets yet: run \`make microservices-secrets\`."; exit 1; }
	REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown) compose up --detach --build --wait
	say "up. The first API key: docker compose exec access cat /var/lib/banyan/node/api-key (of the one of them that has it)"
	;;
health)
	# One line a container; all well, or 1.
	compose ps --all --format '{{.Name}}\t{{.State}}\t{{.Health}}' | awk -F'\t' '
		BEGIN { printf "%-28s %-12s %s\n", "container", "state", "health" }
		{ printf "%-28s %-12s %s\n", $1, $2, $3 == "" ? "-" : $3; if ($2 != "running" || ($3 != "" && $3 != "healthy")) bad++ }
		END { if (NR == 0) { print "None is up: `make microservices-up` starts them."; exit 1 } exit bad > 0 }'
	;;
logs) compose logs --follow --tail 20 ${GROUP:+"$GROUP"} ;;
scale)
	[[ "${GROUP:-}" =~ ^[a-z]+$ && "${N:-}" =~ ^[0-9]+$ ]] || { say "say which and how many: make microservices-scale GROUP=stages N=4"; exit 2; }
	[ "$GROUP" != gateway ] || [ "$N" -le 1 ] || { say "one gateway alone publishes the port; put a proxy before several (docs/deployment.md)."; exit 2; }
	compose up --detach --no-recreate --wait --scale "$GROUP=$N" "$GROUP"
	;;
down)
	# Nodes first, which end what they have; then what they need. Volumes stay; CLEAN=1 takes them away, too.
	compose stop gateway && compose stop stages migration access && compose down ${CLEAN:+--volumes}
	;;
*)
	say "say up, health, logs, scale or down."
	exit 2
	;;
esac
