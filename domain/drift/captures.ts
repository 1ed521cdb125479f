import type { ModelOutput } from '#domain/algorithms/algorithm';
import { testInferenceId } from '#domain/endpoint-tests/inference-id';
import { EvaluationError } from '#domain/errors';
import { concatenate } from '#domain/evaluation/concatenate';
import { parseFeatures } from '#domain/evaluation/score-text';
import { ownScores, type Probes, withoutProbes } from '#domain/serving/probes';
import { jsonToCsv, looksLikeJson } from './capture-content.ts';
import { hourOf } from './windows/hours.ts';

/** Requests and responses of one hour, row by row. */
export interface CapturedRows {
  readonly captures: number;
  readonly rows: number;
  /** Row-major model inputs; NaN is missing. */
  readonly values: Float64Array;
  readonly scores: Float64Array;
}

/** What an object of captures holds. */
export interface CapturedObject {
  /** By the hour of the request, `yyyy/mm/dd/hh`. */
  readonly hours: ReadonlyMap<string, CapturedRows>;
  /**
   * Captures that are whole and not counted: another content type, a failed request, another number of columns, or an answer by another
   * model than that of the probes.
   */
  readonly unusable: number;
  /** Captures that are cut or damaged: lines that are not JSON, have no time, or data that does not decode. */
  readonly damaged: number;
}

interface Payload {
  readonly data?: unknown;
  readonly encoding?: unknown;
}

/** A line of an object of captures. */
interface CaptureRecord {
  readonly captureData?: { readonly endpointInput?: Payload; readonly endpointOutput?: Payload };
  readonly eventMetadata?: { readonly inferenceTime?: string; readonly inferenceId?: string };
}

/** What captures are read by. */
export interface CaptureReading {
  readonly width: number;
  readonly perRow: number;
  readonly probes: Probes;
  /** Captures of requests before this instant are left out without being counted (ISO 8601). */
  readonly since: string;
}

type Output = Pick<ModelOutput, 'readScores'>;

/** @throws Error when the text is no capture, or its data does not decode */
function readLine(line: string): { time: number; isTest: boolean; input?: string; output?: string } {
  const { captureData, eventMetadata } = JSON.parse(line) as CaptureRecord;
  const time = Date.parse(eventMetadata?.inferenceTime ?? '');
  if (Number.isNaN(time)) throw new EvaluationError('a capture without the time of its request');
  const decode = ({ data, encoding }: Payload = {}): string | undefined => {
    if (typeof data !== 'string' || encoding !== 'BASE64') return typeof data === 'string' ? data : undefined;
    return new TextDecoder().decode(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)));
  };
  const [input, output] = [decode(captureData?.endpointInput), decode(captureData?.endpointOutput)];
  return {
    time,
    isTest: eventMetadata?.inferenceId === testInferenceId,
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

/** Scores in the form of the algorithm, or in JSON. */
function readAnswers(output: string, perRow: number, { readScores }: Output): Float64Array {
  try {
    return readScores(output, perRow, 'capture');
  } catch (error) {
    if (!looksLikeJson(output)) throw error;
    return readScores(jsonToCsv(output), perRow, 'capture');
  }
}

/** @throws Error when the request, or its answer, is not one of this model */
function readRows(
  request: string,
  answer: string,
  { width, perRow, probes }: CaptureReading,
  output: Output,
): CapturedRows {
  const { csv, probed } = withoutProbes(looksLikeJson(request) ? jsonToCsv(request) : request, probes);
  const features = parseFeatures(csv, width, 'capture');
  const answers = readAnswers(answer, perRow, output);
  const scores = probed ? ownScores(answers, features.rows * perRow, probes) : answers;
  if (scores?.length !== features.rows * perRow) throw new EvaluationError('rows and answers differ');
  return { captures: 1, rows: features.rows, values: features.values, scores };
}

function tryTo<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * Reads an object of captures (SageMaker Developer Guide, "Data capture"), of whichever sampling: JSON lines, with requests and answers in
 * CSV or JSON, plain or in base64. Requests of endpoint tests are left out. Nothing in it makes reading fail.
 *
 * @param text JSON lines
 */
export function readCaptures(text: string, reading: CaptureReading, output: Output): CapturedObject {
  const since = Date.parse(reading.since);
  const hours = new Map<string, CapturedRows[]>();
  let [unusable, damaged] = [0, 0];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const record = tryTo(() => readLine(line));
    if (!record) damaged += 1;
    if (!record || record.isTest || record.time < since) continue;
    const { input, output: answer, time } = record;
    const captured =
      input === undefined || answer === undefined ? undefined : tryTo(() => readRows(input, answer, reading, output));
    const hour = hourOf(new Date(time).toISOString());
    if (!captured) unusable += 1;
    else if (hours.get(hour)?.push(captured) === undefined) hours.set(hour, [captured]);
  }
  return { hours: new Map([...hours].map(([hour, all]) => [hour, joinRows(all)])), unusable, damaged };
}

const joinRows = (all: readonly CapturedRows[]): CapturedRows => ({
  captures: all.length,
  rows: all.reduce((sum, { rows }) => sum + rows, 0),
  values: concatenate(all.map(({ values }) => values)),
  scores: concatenate(all.map(({ scores }) => scores)),
});
