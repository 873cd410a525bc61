# Banyan. `make demo` does the set-up and runs the main job; `make test` does it and runs the tests.
.PHONY: certificates setup build demo start dev repl cluster cluster-health cluster-logs cluster-down microservices-secrets microservices-up microservices-health microservices-logs microservices-scale microservices-down k8s-secrets test faults timing drain chaos bench static check fix clean
SHELL := /bin/bash

# Node 24: the one on the PATH, or the npm package `node` in .node/ where it is older or missing.
NODE_VERSION := 24.21.0
NODE_BIN := $(shell v=$$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0); [ "$$v" -ge 24 ] || echo "$(CURDIR)/.node/node_modules/node/bin")
ifneq ($(NODE_BIN),)
export PATH := $(NODE_BIN):$(PATH)
endif

setup: node_modules/.installed

ifneq ($(NODE_BIN),)
node_modules/.installed: $(NODE_BIN)/node
$(NODE_BIN)/node:
	@echo "Node 24 is fetched as the npm package node@$(NODE_VERSION) …"
	@mkdir -p .node && npm install --prefix .node --no-save --no-audit --no-fund --loglevel=error node@$(NODE_VERSION)
	@test -x $@
endif

node_modules/.installed: package-lock.json package.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build: setup
	@npm run --silent build

demo: build
	@node dist/demo/run.js

start: build
	@node --max-semi-space-size=16 dist/start.js

dev: setup
	@npm run --silent dev

# A shell into the cluster: the one that TRANSPORTER or BANYAN_URL names, else what `make cluster` started, else the data
# folder. REPL=--read-only looks alone.
repl: build
	@node dist/local/main.js repl $(REPL)

# The whole cluster as processes of this machine: NATS ×3, Redis, a database, two nodes of each group, two gateways.
cluster: build
	@scripts/servers.sh cluster
	@node dist/local/main.js up

cluster-health:
	@node dist/local/main.js health

cluster-logs:
	@tail -n 20 -F data/cluster/logs/*.log

# CLUSTER_CLEAN=1 takes its data away, too.
cluster-down:
	@node dist/local/main.js down

# An authority, and a certificate for each server and each group of services, in certificates/; what is there stays.
# HOSTS are the names and addresses that servers and nodes are asked by, FOR whose certificates to make.
HOSTS ?= localhost 127.0.0.1
FOR ?= nats redis mongodb prometheus system operator stages migration access people gateway
certificates:
	@[ -e "$${CERTIFICATES:-certificates}/ca.crt" ] || scripts/certificates authority
	@for name in $(FOR); do scripts/certificates issue $$name $(HOSTS); done
	@scripts/certificates list

# The same as containers of this host, by Docker; OBSERVE=1 with Prometheus, Grafana and Jaeger, NATS=3 with three NATS servers.
microservices-up microservices-health microservices-logs microservices-down:
	@scripts/microservices.sh $(@:microservices-%=%)

# make microservices-scale GROUP=stages N=4
microservices-scale:
	@GROUP='$(GROUP)' N='$(N)' scripts/microservices.sh scale

# Passwords, keys and certificates, made once; none of them has a default.
microservices-secrets: setup
	@scripts/with-node tsx scripts/deployment-secrets.ts compose

k8s-secrets: setup
	@scripts/with-node tsx scripts/deployment-secrets.ts k8s

test: build
	@scripts/servers.sh
	@scripts/checkers.sh
	@npm test --silent

# Every failpoint at several counts; `make test` tries each once.
faults: build
	@FAULTS=all npx jest --selectProjects chaos
	@FAULTS=all npx jest --selectProjects adapters --testPathPatterns jetstream.faults

# Whether the time of an answer says who is known (A2), a thousand times each.
timing: build
	@ACCOUNTS_TIMING=1000 npx jest --selectProjects e2e --testPathPatterns e2e/accounts --testTimeout 3600000

# Nodes stopped and started in turn under 10,000 requests (G7).
drain: build
	@DRAIN_REQUESTS=10000 npx jest --selectProjects integration --testPathPatterns integration/rolling --testTimeout 3600000

# A cluster of its own under load, its processes killed, frozen, cut off, one after the other; writes bench/CHAOS.md.
# ONLY='kill -9' for those with that in their name, which writes nothing.
chaos: build
	@scripts/servers.sh cluster
	@node dist/local/chaos/main.js $(if $(ONLY),--only '$(ONLY)',--write bench/CHAOS.md)

# Measures; writes bench/RESULTS.md.
bench: build
	@npm run --silent bench

# What needs no test to be run: types, style, architecture, what nobody uses.
static: setup
	@npm run --silent static

check: setup
	@npm run --silent check

# Formats, and mends what biome can mend by itself.
fix: setup
	@npm run --silent fix


clean:
	rm -rf dist coverage .cache data node_modules .node
