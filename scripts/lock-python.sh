#!/bin/sh
# Writes the exact versions and hashes of the container's Python packages, for every platform and Python 3.10 or later.
# Needs uv (pip install uv) and PyPI.
set -eu
cd "$(dirname "$0")/../containers/xgboost"
for name in requirements requirements-parquet; do
  uv pip compile "$name.in" --universal --generate-hashes --python-version 3.10 --no-annotate --quiet \
    --custom-compile-command scripts/lock-python.sh -o "$name.txt" "$@"
done
