import { parsePredictions } from '#domain/endpoint-tests/predictions';
import { EvaluationError } from '#domain/errors';
import type { ContractTest, Golden } from '#schemas/endpoint-test';

/** What came back from an endpoint. */
export interface Answer {
  /** HTTP status; the container's own where SageMaker wraps it. */
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly body: string;
  readonly latencyMs: number;
}

/** Whether a test passed and why, in words without any value of request or answer. */
export interface Judgement {
  readonly passed: boolean;
  readonly detail: string;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Rows of a CSV request: its lines. */
export const countRows = (body: string): number => body.split(/\r?\n/).filter((line) => line !== '').length;

function readRows(body: string, valuesPerRow: number): number[][] | string {
  try {
    return parsePredictions(body, valuesPerRow);
  } catch (error) {
    if (error instanceof EvaluationError) return error.message;
    throw error;
  }
}

/** What is wrong with the numbers of an answer, by the expectations that look at them. */
function numberProblems(expect: ContractTest['expect'], answer: Answer, requestRows: number): string[] {
  const { valuesPerRow, min, max } = expect;
  if ([valuesPerRow, expect.rows, min, max].every((v) => v === undefined)) return [];
  const rows = readRows(answer.body, valuesPerRow ?? 1);
  if (typeof rows === 'string') return [rows];
  const problems: string[] = [];
  // Without valuesPerRow the numbers cannot be told into rows, so only an explicit count is held against them.
  const expected = expect.rows ?? (valuesPerRow === undefined ? undefined : requestRows);
  if (expected !== undefined && rows.length !== expected) {
    problems.push(`${plural(rows.length, 'row')} instead of ${expected}`);
  }
  const values = rows.flat();
  const below = values.filter((v) => min !== undefined && v < min).length;
  const above = values.filter((v) => max !== undefined && v > max).length;
  if (below > 0) problems.push(`${plural(below, 'number')} below ${min}`);
  if (above > 0) problems.push(`${plural(above, 'number')} above ${max}`);
  return problems;
}

/**
 * Holds an answer against a contract.
 *
 * @param requestRows rows the request had: as many are expected back unless the test says otherwise
 */
export function judgeContract({ expect }: ContractTest, answer: Answer, requestRows: number): Judgement {
  const problems: string[] = [];
  if (answer.status !== expect.status) {
    return { passed: false, detail: `status ${answer.status} instead of ${expect.status}` };
  }
  if (expect.contentType !== undefined && mediaType(answer.contentType) !== mediaType(expect.contentType)) {
    problems.push(`content type ${mediaType(answer.contentType) || 'missing'} instead of ${expect.contentType}`);
  }
  problems.push(...numberProblems(expect, answer, requestRows));
  const latency = Math.round(answer.latencyMs);
  if (expect.maxLatencyMs !== undefined && answer.latencyMs > expect.maxLatencyMs) {
    problems.push(`${latency} ms instead of at most ${expect.maxLatencyMs}`);
  }
  return problems.length > 0
    ? { passed: false, detail: problems.join('; ') }
    : { passed: true, detail: `status ${answer.status}, ${plural(requestRows, 'row')} in ${latency} ms` };
}

/**
 * Holds the answer to all golden rows, sent as one request, against what the model said when it was evaluated. Two numbers agree
 * when |a - e| <= tolerance * max(1, |e|): probabilities by absolute difference, large values by relative.
 */
export function judgeGolden({ valuesPerRow, cases }: Golden, tolerance: number, answer: Answer): Judgement {
  if (answer.status !== 200) return { passed: false, detail: `status ${answer.status} instead of 200` };
  const rows = readRows(answer.body, valuesPerRow);
  if (typeof rows === 'string') return { passed: false, detail: rows };
  if (rows.length !== cases.length) {
    return { passed: false, detail: `${plural(rows.length, 'row')} instead of ${cases.length}` };
  }
  const differences = cases.flatMap(({ predictions }, row) =>
    predictions.map((expected, i) => ({
      row: row + 1,
      by: Math.abs((rows[row]?.[i] ?? Number.NaN) - expected) / Math.max(1, Math.abs(expected)),
    })),
  );
  const largest = differences.reduce((a, b) => (b.by > a.by ? b : a), { row: 0, by: 0 });
  const off = new Set(differences.filter(({ by }) => !(by <= tolerance)).map(({ row }) => row));
  const [first] = off;
  return first === undefined
    ? {
        passed: true,
        detail: `${plural(cases.length, 'row')} as evaluated, largest difference ${largest.by.toPrecision(1)}`,
      }
    : {
        passed: false,
        detail: `${off.size} of ${plural(cases.length, 'row')} differ by more than ${tolerance}: first row ${first}, most row ${largest.row} by ${largest.by.toPrecision(3)}`,
      };
}
