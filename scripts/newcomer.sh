#!/usr/bin/env bash
# What a new user does. First with a file that nobody wrote a pipeline for: from the project to a live endpoint in less than three minutes, and
# no YAML typed. Then on real data (bird strikes, from the package vega-datasets): write a pipeline, drop, approve, predict, edit, retrain,
# reject, roll back, retire. Every exit code and message is checked. It works in a copy of the project, so that the pipeline
# leaves no trace in this one. `.ci/run` calls it.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
export NO_COLOR=1
export TIDEGATE_HOME="${TIDEGATE_HOME:-$root/.tidegate}/newcomer"
unset TIDEGATE_STAGE
copy="$(mktemp -d)"
data="$(mktemp -d)"
log="$data/output"
pipeline=bird-strike

finish() {
  local code=$?
  node "$copy/cli/tidegate.mjs" down >/dev/null 2>&1 || true
  rm -rf "$copy" "$data"
  exit "$code"
}
trap finish EXIT

tidegate() { node "$copy/cli/tidegate.mjs" "$@"; }

fail() {
  printf 'FAILED: %s\n--- output\n' "$1"
  cat "$log"
  exit 1
}

checks=0
# expect <exit code> <text>... -- <arguments of tidegate>: the command ends so and says each text
expect() {
  local want=$1 texts=() code=0 text
  shift
  while [ "$1" != -- ]; do
    texts+=("$1")
    shift
  done
  shift
  tidegate "$@" >"$log" 2>&1 || code=$?
  [ "$code" = "$want" ] || fail "tidegate $* ended with $code instead of $want"
  for text in "${texts[@]}"; do
    grep -qF -- "$text" "$log" || fail "tidegate $* does not say: $text"
  done
  checks=$((checks + 1 + ${#texts[@]}))
  printf '  %3ss  tidegate %s → %s\n' "$SECONDS" "$*" "$code"
}

# eventually <text> -- <arguments>: the command says the text within two minutes
eventually() {
  local text=$1 deadline=$((SECONDS + 120))
  shift 2
  until tidegate "$@" >"$log" 2>&1 && grep -qF -- "$text" "$log"; do
    [ "$SECONDS" -lt "$deadline" ] || fail "tidegate $* does not say within two minutes: $text"
    sleep 0.5
  done
  checks=$((checks + 1))
  printf '  %3ss  tidegate %s: %s\n' "$SECONDS" "$*" "$text"
}

# the value at a path of the JSON that a command prints: json <path> -- <arguments>
json() {
  local path=$1
  shift 2
  tidegate "$@" --json | node -e 'const at = process.argv[1].split("."); let value = JSON.parse(require("fs").readFileSync(0, "utf8")); for (const name of at) value = value[name]; console.log(value)' "$path"
}

echo 'A copy of the project'
rm -rf "$TIDEGATE_HOME"
git -C "$root" ls-files -z --cached --others --exclude-standard |
  tar -C "$root" --null --ignore-failed-read -T - -cf - 2>/dev/null | tar -C "$copy" -xf -
ln -s "$root/node_modules" "$copy/node_modules"
# the Python with XGBoost is made once for all copies
mkdir -p "$root/.tidegate/python" "$copy/.tidegate"
ln -s "$root/.tidegate/python" "$copy/.tidegate/python"

# without the columns of costs: "Cost Total $" is no name that a pipeline takes
strikes="$data/birdstrikes.csv"
tr -d '\r' <"$root/node_modules/vega-datasets/data/birdstrikes.csv" | cut -d, -f1-10,14 >"$strikes"
head -n 7001 "$strikes" >"$data/strikes.csv"
{ head -n 1 "$strikes"; tail -n 3000 "$strikes"; } >"$data/more.csv"
cut -d, -f1-10 "$data/more.csv" >"$data/cut.csv"
# the labels of other rows, 1234 further on: nothing can be learnt from them
awk -F, -v OFS=, 'NR == 1 { print; next } { row[NR] = $0; label[NR] = $3 }
  END { for (i = 2; i <= NR; i++) { $0 = row[i]; $3 = label[2 + (i - 2 + 1234) % (NR - 1)]; print } }' "$data/more.csv" >"$data/mixed.csv"

# a pipeline, with the depth of the trees
write_pipeline() {
  cat >"$copy/pipelines/$pipeline.yml" <<YAML
# yaml-language-server: \$schema=../schemas/generated/pipeline.schema.json
name: $pipeline
description: Does a bird strike damage the aircraft?
dataset:
  format: csv
  label: { column: Effect Amount of damage, positive: [Minor, Medium, Substantial], negative: [None, B, C] }
  time: Flight Date
  columns:
    Wildlife Size: { role: feature, type: category }
    Phase of flight: { role: feature, type: category }
    Time of day: { role: feature, type: category }
    Speed IAS in knots: { role: feature, type: number }
    Flight Date: { role: feature, type: datetime, parts: [month] }
    Airport Name: { role: ignore }
    Aircraft Make Model: { role: ignore }
    Aircraft Airline Operator: { role: ignore }
    Origin State: { role: ignore }
    Wildlife Species: { role: ignore }
training: { hyperparameters: { num_round: 30, eta: 0.2, max_depth: $1 } }
evaluation:
  task: binary
  gates:
    - { metric: auc, min: 0.6 }
registry: { approval: manual }
notify: { slack: '#birds' }
YAML
}
strike=('Wildlife Size=Large' 'Phase of flight=Climb' 'Time of day=Day' 'Speed IAS in knots=300' 'Flight Date=1990-01-08')

echo 'Before anything is up'
expect 5 'The embedded cloud is not up. Start it with "npx tidegate up"' -- runs
expect 5 '"name": "UnavailableError"' '"exitCode": 5' -- runs --json

echo 'A file of your own: from the project to a live endpoint'
began=$SECONDS
"$root/node_modules/.bin/node" "$copy/scripts/home-equity.ts" 6000 >"$data/hmeq.csv"
expect 0 'pipelines/home-equity.yml' '13 columns' 'predicts BAD (binary)' -- new home-equity "$data/hmeq.csv" --label BAD
expect 0 'up at http://127.0.0.1:' -- up
expect 0 'Every gate passed.' 'registered as v1' -- drop home-equity "$data/hmeq.csv" --watch
eventually deployed -- runs home-equity
expect 0 'model v1' -- predict home-equity LOAN=20000 MORTDUE=90000 VALUE=120000 REASON=DebtCon JOB=Office YOJ=5 DEROG=1 \
  DELINQ=3 CLAGE=150 NINQ=4 CLNO=20 DEBTINC=38
expect 0 'version 1 serves since' 'tests passed' -- why home-equity
took=$((SECONDS - began))
printf '  a live, tested endpoint %s s after the file\n' "$took"
# a machine with other work may take longer: TIDEGATE_NEWCOMER_SECONDS
[ "$took" -lt "${TIDEGATE_NEWCOMER_SECONDS:-180}" ] ||
  fail "from the file to a live endpoint took $took s instead of less than ${TIDEGATE_NEWCOMER_SECONDS:-180}"

echo 'A pipeline with a mistake'
write_pipeline deep
expect 6 "pipelines/$pipeline.yml:" 'max_depth: found "deep"' -- up
write_pipeline 3
expect 0 "$pipeline" -- doctor
expect 0 'up at http://127.0.0.1:' -- up

echo 'A drop'
expect 2 "No pipeline is named \"bird-strik\". Did you mean \"$pipeline\"?" -- drop bird-strik "$data/strikes.csv"
expect 2 'gone.csv does not exist.' -- drop "$pipeline" gone.csv
expect 2 "unknown option '--wach'" '"name": "UsageError"' -- drop "$pipeline" "$data/strikes.csv" --wach --json
expect 0 'Every gate passed.' 'registered as v1' 'It waits for a person: npx tidegate approve' -- \
  drop "$pipeline" "$data/strikes.csv" --name 2026-01 --watch
expect 1 "Pipeline $pipeline has no model in service." -- predict "$pipeline" "${strike[@]}"
expect 0 'approved' -- approve "$pipeline"
eventually deployed -- runs "$pipeline"
expect 0 'model v1' -- predict "$pipeline" "${strike[@]}"
expect 0 "$pipeline: version 1 is live" -- slack

echo 'A test of the endpoint'
cat >"$data/tests.yml" <<'YAML'
- id: large-bird
  kind: contract
  request: { rows: [{ Wildlife Size: Large, Phase of flight: Climb, Speed IAS in knots: 300 }] }
  expect: { rows: 1, min: 0, max: 1 }
YAML
sed 's/min:/mn:/' "$data/tests.yml" >"$data/misspelt.yml"
expect 6 'misspelt.yml:4:22 [0].expect.mn: not a known setting. Did you mean min?' -- tests put "$pipeline" "$data/misspelt.yml"
expect 0 'put large-bird v1' -- tests put "$pipeline" "$data/tests.yml" --comment 'a large bird'
expect 0 '✓ large-bird contract' '1 of 1 tests passed.' -- tests run "$pipeline" --only large-bird
expect 0 'golden-default' 'large-bird' -- tests "$pipeline"
expect 0 '# version 1' -- tests get "$pipeline" large-bird
cp "$log" "$data/large-bird.yml"
expect 0 'unchanged large-bird v1' -- tests put "$pipeline" "$data/large-bird.yml"
expect 0 'a large bird' 'manual' 'passed' -- tests history "$pipeline" large-bird

echo 'The same data again'
expect 2 "The folder $pipeline/2026-01/ exists already, with 1 file." '--replace' -- \
  drop "$pipeline" "$data/more.csv" --name 2026-01
expect 4 'not trained: this data set was trained before, by run' \
  "npx tidegate retrain $pipeline --drop 2026-01 --force" -- retrain "$pipeline"
expect 4 '"decision": "skipped"' '"cause": "trained"' -- retrain "$pipeline" --drop 2026-01 --json
expect 2 "There are no files below s3://" -- retrain "$pipeline" --drop 2026-02
expect 0 "npx tidegate retrain $pipeline --force --stage local" -- slack

echo 'An edit'
write_pipeline 4
expect 4 "pipelines/$pipeline.yml" 'npx tidegate up' -- retrain "$pipeline"
expect 0 'up at http://127.0.0.1:' -- up
expect 0 'registered as v2' -- retrain "$pipeline" --watch
expect 0 'rejected' -- reject "$pipeline" --reason 'no better than the first'
expect 1 "No model of $pipeline waits for approval." -- reject "$pipeline"
expect 0 'v2' 'no better than the first' -- models "$pipeline"

echo 'A file with a column missing, and one with mixed labels'
expect 1 'SchemaMismatchError' 'missing "Speed IAS in knots"' -- drop "$pipeline" "$data/cut.csv" --name customer-ann --watch
expect 3 'Refused.' 'rejected by its gates' 'at least 0.6 is required' -- \
  drop "$pipeline" "$data/mixed.csv" --name customer-ann --replace --watch
expect 0 'had this folder too. Since then: 1 object new, 1 object gone.' -- slack
expect 3 'Refused.' -- run "$pipeline"
! tidegate slack | grep -q customer-ann || fail 'the name of a folder reached Slack'
expect 4 'trained before' "npx tidegate retrain $pipeline --drop drop-" -- retrain "$pipeline" --drop customer-ann

echo 'New data, a new model, and back'
expect 0 'registered as v3' -- drop "$pipeline" "$data/more.csv" --watch
expect 0 'approved' -- approve "$(json runId -- run "$pipeline")" --reason 'newer strikes'
eventually "$pipeline: version 3 is live" -- slack
expect 0 'model v3' -- predict "$pipeline" "${strike[@]}"
expect 1 'Version 3 of bird-strike serves now' 'npx tidegate rollback bird-strike' -- reject "$pipeline" 3
expect 0 'rolled back' "version 1 of $pipeline serves" -- rollback "$pipeline" --reason 'too many alarms'
expect 0 'model v1' -- predict "$pipeline" "${strike[@]}"
expect 0 'too many alarms' 'newer strikes' -- models "$pipeline"
expect 1 'Nothing was rolled back' -- rollback "$pipeline" 1
expect 0 'approve' 'roll back' 'command' 'refused: would have changed nothing' -- approvals "$pipeline"
expect 0 'version 1 serves since' 'auc ≥ 0.6' "rolled back from version 3 by admin: too many alarms" '5 of 5 tests passed' -- why "$pipeline"

echo 'The end of the pipeline'
expect 0 'A MONTH' 'deleted' 'stays' -- retire "$pipeline"
expect 0 'model v1' -- predict "$pipeline" "${strike[@]}"
expect 0 "retired $pipeline" "delete pipelines/$pipeline.yml" -- retire "$pipeline" --yes --reason 'no bird flies any more'
expect 1 "Pipeline $pipeline has no model in service." -- predict "$pipeline" "${strike[@]}"
expect 1 'would not be deployed: the pipeline was retired on' "npx tidegate retire $pipeline --undo" -- approve "$pipeline" 2
expect 4 'not trained: the pipeline was retired on' "npx tidegate retire $pipeline --undo" -- \
  drop "$pipeline" "$data/strikes.csv" --watch
expect 0 "retired $pipeline" -- retire "$pipeline" --yes --delete-data
expect 0 "No model of $pipeline was registered yet." -- models "$pipeline"
expect 2 'Did you mean "bird-strike"?' -- models bird-strik
expect 2 'cannot be used with' -- retire "$pipeline" --undo --yes
expect 0 'taken back' -- retire "$pipeline" --undo --reason 'the birds are back'
expect 0 'registered as v' -- drop "$pipeline" "$data/strikes.csv" --watch

expect 0 'down' -- down
printf '%s checks passed in %s s\n' "$checks" "$SECONDS"
