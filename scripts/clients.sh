#!/usr/bin/env bash
# Builds the foreign clients (dbt, Spark, Airflow), each in an environment of its own,
# outside the source tree and keyed by a hash of what is locked for it.
#   scripts/clients.sh [CLIENT…]          tests/clients/clientenvs.py finds what this made
#   scripts/clients.sh --where CLIENT     prints the folder, built or not
# With CI=true what is missing of Java and Maven is installed with apt-get.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

root="${SF_CLIENTS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/signal-factory/clients}"
maven_copy="org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"

key_of() { # the locks of one client, hashed
    cat locks/clients-"$1"*.txt | sha256sum | cut -c1-12
}

make_venv() { # make_venv CLIENT DIR
    local uv_bin
    uv_bin="$(scripts/find_uv.sh)"
    "$uv_bin" venv --quiet --clear --python "$(scripts/find_python.sh)" "$2"
    "$uv_bin" pip install --quiet -p "$2/bin/python" --require-hashes -r "locks/clients-$1.txt"
}

have_java_17() {
    local major
    command -v java >/dev/null || return 1
    major="$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')"
    [[ "${major:-0}" -ge 17 ]]
}

need_java() {
    if have_java_17 && command -v mvn >/dev/null; then return; fi
    if [[ "${CI:-}" == true ]]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            default-jre-headless maven >/dev/null
    fi
    have_java_17 && command -v mvn >/dev/null
}

fetch_jars() { # fetch_jars DIR
    local coordinate wanted file
    mkdir -p "$1"
    while read -r coordinate wanted; do
        mvn --batch-mode --quiet -Dstyle.color=never "$maven_copy" -Dartifact="$coordinate" -DoutputDirectory="$1"
        file="$(cut -d: -f2,3 <<<"$coordinate" | tr : -).jar"
        echo "$wanted  $1/$file" | sha256sum --check --quiet
    done <locks/clients-spark-jars.txt
}

build() {
    local client="$1" dir
    dir="$root/$client-$(key_of "$client")"
    if [[ -f "$dir/.ready" ]]; then
        echo "$client: kept in $dir"
        return
    fi
    if [[ "$client" == spark ]] && ! need_java; then
        echo "spark: skipped, it needs Java 17 and Maven on PATH"
        return
    fi
    echo "$client: building $dir"
    mkdir -p "$root"
    make_venv "$client" "$dir"
    if [[ "$client" == spark ]]; then fetch_jars "$dir/jars"; fi
    touch "$dir/.ready"
}

if [[ "${1:-}" == --where ]]; then
    echo "$root/$2-$(key_of "$2")"
    exit
fi
if [[ $# -eq 0 ]]; then set -- dbt spark airflow; fi
for client in "$@"; do build "$client"; done
