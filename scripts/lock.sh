#!/usr/bin/env bash
# Writes the lock files from pyproject.toml, or checks them (--check).
# A lock holds versions and hashes for every platform and Python >= 3.11, and no registry address.
set -euo pipefail
cd "$(dirname "$0")/.."

uv_bin="$(scripts/find_uv.sh)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

compile() { # compile NAME [uv arguments…]
    local name="$1"
    shift
    # Starting from the lock in force keeps its versions wherever they still fit.
    if [[ "${KEEP:-1}" == 1 && -f "locks/$name.txt" ]]; then cp "locks/$name.txt" "$work/$name.txt"; fi
    "$uv_bin" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
        -o "$work/$name.txt" "$@" >/dev/null
}

compile_all() {
    compile all pyproject.toml --group dev --extra all
    compile dev pyproject.toml --group dev --extra scale -c "$work/all.txt"
    compile runtime pyproject.toml --group build -c "$work/all.txt"
    compile uv locks/uv.in
    local client
    for client in dbt spark airflow; do
        compile "clients-$client" "locks/clients-$client.in"
    done
    compile servers-arcadedb locks/servers-arcadedb.in
}

resolve_everywhere() {
    local version
    for version in 3.11 3.12 3.13; do
        "$uv_bin" pip compile --quiet --python-version "$version" pyproject.toml --group dev --extra all \
            -c "$work/all.txt" -o "$work/resolved-$version.txt" >/dev/null
        echo "Python $version: everything resolves together," \
            "$(grep -c '==' "$work/resolved-$version.txt") packages"
    done
}

compile_all
resolve_everywhere
if [[ "${1:-}" == --check ]]; then
    for file in "$work"/[a-z]*.txt; do
        name="$(basename "$file")"
        [[ "$name" == resolved-* ]] || diff -u "locks/$name" "$file" || { echo "run make lock" >&2; exit 1; }
    done
    echo "locks are in step with pyproject.toml"
else
    for file in "$work"/[a-z]*.txt; do
        name="$(basename "$file")"
        [[ "$name" == resolved-* ]] || cp "$file" "locks/$name"
    done
fi
