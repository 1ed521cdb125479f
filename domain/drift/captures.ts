import type { ModelOutput } from '#domain/algorithms/algorithm';
import { EvaluationError } from '#domain/errors';
import { concatenate } from '#domain/evaluation/concatenate';
import { parseFeatures } from '#domain/evaluation/score-text';
import { ownScores, type Probes, withoutProbes } from '#domain/serving/probes';

/** Requests and responses from captured data, row by row. */
export interface CapturedRows {
  readonly rows: number;
  /** Row-major model inputs; NaN is missing. */
  readonly values: Float64Array;
  readonly scores: Float64Array;
  /**
   * Number of captures that are not counted: another content type, a failed request, another number of columns, or an answer by
   * another model than that of the probes.
   */
  readonly skipped: number;
}

interface Payload {
  readonly data?: unknown;
  readonly encoding?: unknown;
}

const decode = ({ data, encoding }: Payload): string | undefined => {
  if (typeof data !== 'string') return undefined;
  return encoding === 'BASE64' ? new TextDecoder().decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0))) : data;
};

/** What captures are read by. */
export interface CaptureReading {
  readonly width: number;
  readonly perRow: number;
  readonly probes: Probes;
  readonly from: string;
  readonly to: string;
}

/**
 * Reads a file of captures (SageMaker Developer Guide, "Data capture") within a window of time.
 *
 * @param text JSON lines
 * @param width model inputs per row; perRow: scores per row; probes: those of the model, which `predict` adds to its requests
 * @param from first instant of the window, inclusive; to: exclusive; ISO 8601
 */
export function readCaptures(
  text: string,
  { width, perRow, probes, from, to }: CaptureReading,
  { readScores }: Pick<ModelOutput, 'readScores'>,
): CapturedRows {
  const inputs: Float64Array[] = [];
  const outputs: Float64Array[] = [];
  let rows = 0;
  let skipped = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      const record = JSON.parse(line) as {
        captureData?: { endpointInput?: Payload; endpointOutput?: Payload };
        eventMetadata?: { inferenceTime?: string };
      };
      const time = Date.parse(record.eventMetadata?.inferenceTime ?? '');
      if (!(time >= Date.parse(from) && time < Date.parse(to))) continue;
      const input = decode(record.captureData?.endpointInput ?? {});
      const output = decode(record.captureData?.endpointOutput ?? {});
      if (input === undefined || output === undefined) throw new EvaluationError('no CSV input and output');
      const { csv, probed } = withoutProbes(input, probes);
      const features = parseFeatures(csv, width, 'capture');
      const answers = readScores(output, perRow, 'capture');
      const scores = probed ? ownScores(answers, features.rows * perRow, probes) : answers;
      if (scores?.length !== features.rows * perRow) throw new EvaluationError('rows and answers differ');
      inputs.push(features.values);
      outputs.push(scores);
      rows += features.rows;
    } catch {
      skipped += 1;
    }
  }
  return { rows, values: concatenate(inputs), scores: concatenate(outputs), skipped };
}

const hour = 3_600_000;

/** Start of a window such as `24h` or `7d` that ends at `to` (ISO 8601). */
export function windowStart(window: string, to: string): string {
  const amount = Number.parseInt(window, 10);
  return new Date(Date.parse(to) - amount * (window.endsWith('d') ? 24 : 1) * hour).toISOString();
}

/** The hourly prefixes `yyyy/mm/dd/hh` of a window's captures, oldest first. */
export function captureHours(from: string, to: string): string[] {
  const hours: string[] = [];
  for (let at = Math.floor(Date.parse(from) / hour) * hour; at < Date.parse(to); at += hour) {
    const [date = '', time = ''] = new Date(at).toISOString().split('T');
    hours.push(`${date.replaceAll('-', '/')}/${time.slice(0, 2)}`);
  }
  return hours;
}
