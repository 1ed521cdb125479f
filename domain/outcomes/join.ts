import type { Outcome, ReceivedOutcome } from '#schemas/records/outcome';
import type { PredictionRecord } from '#schemas/records/prediction';

/** Outcomes with their predictions, and how many have none. */
export interface JoinedOutcomes {
  /** One for each row of a request: of several outcomes of one row, the latest. */
  readonly joined: readonly Outcome[];
  /** Outcomes that a later one of the same row replaced. */
  readonly repeated: number;
  /** Outcomes whose prediction, or whose row of it, is not known. */
  readonly unknown: number;
  /** Outcomes of requests with several rows that do not say which row is meant. */
  readonly rowNeeded: number;
}

/** A row of a logged request. */
interface PredictedRow {
  readonly prediction: PredictionRecord;
  /** Its place in `prediction.rows`. */
  readonly index: number;
}

/** What identifies a row over all requests. */
export const rowIdentity = ({ inferenceId, row }: Pick<Outcome, 'inferenceId' | 'row'>): string =>
  `${inferenceId}#${row}`;

/** The rows of all requests by the token of their id, the earliest first. */
function rowsByKey(predictions: readonly PredictionRecord[]): ReadonlyMap<string, readonly PredictedRow[]> {
  const found = new Map<string, PredictedRow[]>();
  for (const prediction of predictions.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    for (const [index, { key }] of prediction.rows.entries()) {
      if (key === undefined) continue;
      const rows = found.get(key);
      if (rows) rows.push({ prediction, index });
      else found.set(key, [{ prediction, index }]);
    }
  }
  return found;
}

function describe({ prediction, index }: PredictedRow, { value, at }: ReceivedOutcome): Outcome {
  const { inferenceId, challenge, answers, rows } = prediction;
  return {
    inferenceId,
    row: rows[index]?.row ?? index,
    predictedAt: prediction.at,
    ...(challenge === undefined ? {} : { challenge }),
    value,
    at,
    answers: answers.map(({ runId, modelPackageVersion, role, returned, scores, inputs, groups, error }) => {
      const ofRow = <T>(all: readonly T[]): T[] => {
        const perRow = all.length / rows.length;
        return all.slice(index * perRow, (index + 1) * perRow);
      };
      const own = Object.entries(groups ?? {}).map(([column, places]) => [column, places[index] ?? -1] as const);
      return {
        runId,
        modelPackageVersion,
        role,
        returned,
        scores: ofRow(scores),
        ...(inputs ? { inputs: ofRow(inputs) } : {}),
        ...(own.length > 0 ? { groups: Object.fromEntries(own) } : {}),
        failed: error !== undefined,
      };
    }),
  };
}

/**
 * Joins outcomes with logged requests: by the inference id and the row, or by the token of the row's id. A token means the latest request
 * before the outcome became known that had the row: what followed was predicted without any use.
 *
 * @param outcomes in the order of the file
 */
export function joinOutcomes(
  outcomes: readonly ReceivedOutcome[],
  predictions: readonly PredictionRecord[],
): JoinedOutcomes {
  const byId = new Map(predictions.map((prediction) => [prediction.inferenceId, prediction]));
  const byKey = rowsByKey(predictions);
  let [unknown, rowNeeded, found] = [0, 0, 0];
  const joined = new Map<string, Outcome>();
  const find = (outcome: ReceivedOutcome): PredictedRow | 'unknown' | 'row needed' => {
    if ('keys' in outcome) {
      const until = Date.parse(outcome.at);
      const rows = outcome.keys.flatMap((key) => byKey.get(key) ?? []);
      const before = rows.filter(({ prediction }) => Date.parse(prediction.at) <= until);
      return before.reduce<PredictedRow | 'unknown'>(
        (last, own) =>
          last === 'unknown' || Date.parse(own.prediction.at) >= Date.parse(last.prediction.at) ? own : last,
        'unknown',
      );
    }
    const prediction = byId.get(outcome.inferenceId);
    if (!prediction) return 'unknown';
    if (outcome.row === undefined && prediction.rows.length > 1) return 'row needed';
    const index = outcome.row === undefined ? 0 : prediction.rows.findIndex(({ row }) => row === outcome.row);
    return index < 0 ? 'unknown' : { prediction, index };
  };
  for (const outcome of outcomes) {
    const row = find(outcome);
    if (row === 'unknown') unknown++;
    else if (row === 'row needed') rowNeeded++;
    else {
      found++;
      const own = describe(row, outcome);
      const identity = rowIdentity(own);
      const former = joined.get(identity);
      if (former === undefined || Date.parse(own.at) >= Date.parse(former.at)) joined.set(identity, own);
    }
  }
  return { joined: [...joined.values()], repeated: found - joined.size, unknown, rowNeeded };
}

/**
 * The outcomes that count among those of several files: one for each row, the one of the latest file, so that a file that is sent
 * twice counts once and a correction replaces what it corrects.
 *
 * @param files in the order in which they arrived
 */
export function latestOutcomes(files: readonly (readonly Outcome[])[]): readonly Outcome[] {
  const latest = new Map<string, Outcome>();
  for (const outcome of files.flat()) latest.set(rowIdentity(outcome), outcome);
  return [...latest.values()];
}
