import type { ModelFacts } from '#domain/challenges/challenge-mode';
import { scoresOfRow } from '#domain/challenges/decisions';
import { truthOf } from '#domain/challenges/row-loss';
import type { LabelledSample } from '#domain/drift/labels/label-check';
import type { Outcome } from '#schemas/records/outcome';
import type { PerformanceReference } from '#schemas/records/performance-estimate';

/** A row that a model answered, with what came true. */
export interface LabelledAnswer {
  readonly predictedAt: string;
  readonly truth: number;
  readonly answer: Outcome['answers'][number];
}

/** A number for a text: FNV-1a of 32 bits (Fowler, Noll & Vo). */
const hashOf = (text: string): number =>
  [...text].reduce(
    (hash, character) => Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193),
    0x811c9dc5,
  ) >>> 0;

/** At most so many outcomes, drawn by a hash of their rows: whoever reads them draws the same. */
export function thinOut(outcomes: readonly Outcome[], most: number): readonly Outcome[] {
  if (outcomes.length <= most) return outcomes;
  const drawn = outcomes.map((outcome) => ({ outcome, hash: hashOf(`${outcome.row}#${outcome.inferenceId}`) }));
  return drawn
    .toSorted((a, b) => a.hash - b.hash)
    .slice(0, most)
    .map(({ outcome }) => outcome);
}

/** The rows that a run's model answered, whether callers received the answer or not; failed and unreadable answers are left out. */
export function answersOf(outcomes: readonly Outcome[], runId: string, model: ModelFacts): LabelledAnswer[] {
  return outcomes.flatMap(({ predictedAt, value, answers }) => {
    const answer = answers.find(
      (own) => own.runId === runId && !own.failed && own.scores.length === scoresOfRow(model),
    );
    const truth = truthOf(model, value);
    return answer && truth !== undefined ? [{ predictedAt, truth, answer }] : [];
  });
}

/** The inputs of the rows, those that the holdout kept; undefined where a row has none. */
function inputsOf(rows: readonly LabelledAnswer[], { inputs: kept }: PerformanceReference): Float64Array | undefined {
  if (rows.some(({ answer: { inputs } }) => inputs === undefined)) return undefined;
  return Float64Array.from(
    rows.flatMap(({ answer: { inputs = [] } }) => kept.map(({ at }) => inputs[at] ?? Number.NaN)),
  );
}

/** Rows as one side of a comparison, as the holdout of the same model has them. */
export function windowSample(rows: readonly LabelledAnswer[], reference: PerformanceReference): LabelledSample {
  const known = (reference.slices ?? []).filter(({ column }) =>
    rows.some(({ answer: { groups } }) => groups?.[column] !== undefined && groups[column] >= 0),
  );
  return {
    rows: rows.length,
    labels: Float64Array.from(rows, ({ truth }) => truth),
    scores: Float64Array.from(rows.flatMap(({ answer }) => answer.scores)),
    inputs: inputsOf(rows, reference),
    groups: new Map(
      known.map(({ column }) => [column, Int32Array.from(rows, ({ answer: { groups } }) => groups?.[column] ?? -1)]),
    ),
  };
}
