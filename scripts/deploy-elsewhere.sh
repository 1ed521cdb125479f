#!/usr/bin/env bash
# Deploys what `npx serverless package` wrote to ministack, an emulator of AWS that is not ours (PyPI, MIT licence), in the steps of
# `serverless deploy`, and reports every resource. A check of the template: it must not depend on our embedded cloud. Needs python3
# with venv. It skips with a message when ministack is not installed yet and PyPI is not reachable.
set -euo pipefail
cd "$(dirname "$0")/.."

package=${1:-.serverless}
tool=ministack==1.5.33
venv=.tidegate/elsewhere

if [[ ! -f $package/cloudformation-template-update-stack.json ]]; then
  echo "deploy-elsewhere: $package has no package; run: npx serverless package --stage dev" >&2
  exit 1
fi
if [[ ! -f $venv/installed || $(cat "$venv/installed") != "$tool" ]]; then
  mkdir -p .tidegate
  if ! python3 -m venv --clear "$venv" || ! "$venv/bin/pip" install --quiet --disable-pip-version-check --retries 1 "$tool"; then
    echo "deploy-elsewhere: SKIPPED, $tool could not be installed (no python3 venv, or PyPI out of reach)" >&2
    exit 0
  fi
  echo "$tool" >"$venv/installed"
fi

exec node scripts/deploy-elsewhere.ts "$package" "$venv/bin/python3"
