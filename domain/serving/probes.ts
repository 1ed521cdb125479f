import { EvaluationError } from '#domain/errors';
import type { Golden } from '#schemas/records/golden';

/**
 * Rows with known answers that go along with the rows of each request: a model is recognised by how it answers them.
 *
 * Nothing else in an answer names the model while traffic moves from one to another. A deployment guardrail demands "the same variant
 * name as the old endpoint configuration" (SageMaker Developer Guide, "Deployment guardrails", Exclusions), so
 * `InvokedProductionVariant` is the same for both, and the built-in containers set no attributes of their own. DescribeEndpoint names
 * two configs at such a time, and not which of them answered.
 *
 * Two models that give the same answers to all probes of one of them cannot be told apart. Models of different data differ there; those
 * of the same data and settings answer all rows alike.
 */
export interface Probes {
  /** The probes as a CSV row of model inputs each. */
  readonly lines: readonly string[];
  /** The model's answers when it was evaluated, row-major. */
  readonly answers: readonly number[];
}

/**
 * How far an answer may be from the one at evaluation, relative to the largest: ten times the default of the golden endpoint test, and
 * far above what another processor changes in the last digit of a 32-bit number.
 */
const tolerance = 1e-5;

/** The probes of a run: the golden requests of its evaluation. */
export const probesOf = ({ cases }: Golden): Probes => {
  const usable = cases.flatMap((c) => ('body' in c ? [c] : []));
  return {
    lines: usable.map(({ body }) => body),
    answers: usable.flatMap(({ predictions }) => predictions),
  };
};

/** The rows of a request, followed by the probes. */
export const withProbes = (csv: string, { lines }: Probes): string => [csv, ...lines].join('\n');

/**
 * What a model answered for the rows of a request, without the probes behind them.
 *
 * @param scores row-major, of the rows and of the probes
 * @returns undefined when another model than that of the probes answered
 * @throws EvaluationError when the model answered another number of rows
 */
export function ownScores(scores: Float64Array, wanted: number, { answers }: Probes): Float64Array | undefined {
  if (scores.length !== wanted + answers.length) {
    throw new EvaluationError(`The model answered ${scores.length} numbers, not ${wanted + answers.length}`);
  }
  const limit = tolerance * answers.reduce((largest, answer) => Math.max(largest, Math.abs(answer)), 0);
  const alike = answers.every((answer, i) => Math.abs((scores[wanted + i] ?? Number.NaN) - answer) <= limit);
  return alike ? scores.subarray(0, wanted) : undefined;
}

/** The rows of a captured request, without the probes if it has them. @returns the rows, and whether probes followed them */
export function withoutProbes(csv: string, { lines }: Probes): { readonly csv: string; readonly probed: boolean } {
  const tail = `\n${lines.join('\n')}`;
  const whole = csv.endsWith('\n') ? csv.slice(0, -1) : csv;
  return lines.length > 0 && whole.endsWith(tail)
    ? { csv: whole.slice(0, -tail.length), probed: true }
    : { csv, probed: false };
}
