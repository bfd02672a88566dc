#!/usr/bin/env bash
# Prints a uv that runs: the one on PATH, or one installed from the lock into .venv/tools.
set -euo pipefail
cd "$(dirname "$0")/.."

if uv --version >/dev/null 2>&1; then
    command -v uv
    exit
fi
tools=".venv/tools"
if [[ ! -x "$tools/bin/uv" ]]; then
    "$(scripts/find_python.sh)" -m venv "$tools" >&2
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r locks/uv.txt >&2
fi
echo "$PWD/$tools/bin/uv"
