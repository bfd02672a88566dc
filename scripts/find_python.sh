#!/usr/bin/env bash
# Prints the first Python >= 3.11: $PYTHON, python3, then the versioned names.
set -euo pipefail

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
    if command -v "$candidate" >/dev/null && fits "$candidate"; then
        command -v "$candidate"
        exit
    fi
done
echo "Python 3.11 or newer is needed: put it on PATH or name it with PYTHON=…" >&2
exit 3
