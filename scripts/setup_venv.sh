#!/usr/bin/env bash
# Makes .venv from a lock (runtime, dev or all) and installs this tree in it, editable.
# A stamp with the hash of what was installed makes the next call instant.
set -euo pipefail
cd "$(dirname "$0")/.."

lock="${1:-runtime}"
stamp=".venv/.stamp-$lock"
wanted="$(cat "locks/$lock.txt" pyproject.toml | "$(scripts/find_python.sh)" -c \
    'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')"
if [[ -x .venv/bin/sf && -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]]; then exit; fi

echo "setting up .venv from locks/$lock.txt" >&2
if [[ ! -x .venv/bin/python ]]; then
    if uv --version >/dev/null 2>&1; then
        uv venv --quiet --python "$(scripts/find_python.sh)" .venv
    else
        "$(scripts/find_python.sh)" -m venv .venv
    fi
fi
uv_bin="$(scripts/find_uv.sh)"
"$uv_bin" pip install --quiet -p .venv/bin/python --require-hashes -r "locks/$lock.txt"
"$uv_bin" pip install --quiet -p .venv/bin/python --no-deps --no-build-isolation -e .
echo "$wanted" >"$stamp"
