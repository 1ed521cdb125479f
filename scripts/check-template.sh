#!/usr/bin/env bash
# Security review of the packaged template (npx serverless package) with cfn-lint and checkov. Every finding needs a fix, or a
# reason in resources/cfn-lint.yml, resources/checkov.yml or a resource's Metadata. Needs python3 with venv. It skips with a
# message when the tools are missing and PyPI is not reachable.
set -euo pipefail
cd "$(dirname "$0")/.."

template=${1:-.serverless/cloudformation-template-update-stack.json}
tools=(cfn-lint==1.58.0 checkov==3.3.30)
venv=.tidegate/template-checks

if [[ ! -f $template ]]; then
  echo "check-template: $template is missing; run: npx serverless package --stage dev" >&2
  exit 1
fi
if [[ ! -f $venv/installed || $(cat "$venv/installed") != "${tools[*]}" ]]; then
  mkdir -p .tidegate
  if ! python3 -m venv --clear "$venv" || ! "$venv/bin/pip" install --quiet --disable-pip-version-check --retries 1 "${tools[@]}"; then
    echo 'check-template: SKIPPED, cfn-lint and checkov could not be installed (no python3 venv, or PyPI out of reach)' >&2
    exit 0
  fi
  echo "${tools[*]}" >"$venv/installed"
fi

"$venv/bin/cfn-lint" --config-file resources/cfn-lint.yml --template "$template"
"$venv/bin/checkov" --config-file resources/checkov.yml --file "$template"
echo 'check-template: no finding'
