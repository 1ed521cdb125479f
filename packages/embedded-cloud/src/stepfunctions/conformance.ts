import { isObject, type Json, type JsonObject } from './asl.ts';
import type { HistoryEvent } from './interpreter/history.ts';
import { type FakeTaskRequest, runDefinition } from './run-definition.ts';

/** One recorded execution. */
export interface AslCase {
  readonly id: string;
  /** JSON texts. */
  readonly definition: string;
  readonly input: string;
  /** The terminal event: its type and the members of its details. */
  readonly expected: JsonObject;
  /** The whole history, where it was recorded; JSON texts that are objects are parsed. */
  readonly events?: readonly JsonObject[] | null;
  /** What was replaced by placeholders when recording: pattern, placeholder. */
  readonly regex?: readonly (readonly [string, string])[];
}

/** Members of event details that hold JSON text. */
const textMembers = ['input', 'output', 'parameters', 'cause'];
const timeWords = ['timestamp', 'date', 'datetime', 'start-date', 'stop-date'];

/** The value of a JSON text; other values stay unchanged. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Says whether a recorded text, placeholders included, fits an actual one. */
function fitsText(expected: string, actual: unknown): boolean {
  if (expected === actual) return true;
  if (timeWords.includes(expected))
    return typeof actual === 'number' || (typeof actual === 'string' && /\d{2}[-:]\d{2}/.test(actual));
  if (typeof actual !== 'string' || !/<[^<>]+>/.test(expected)) return false;
  return new RegExp(
    `^${expected
      .split(/<[^<>]+>/)
      .map(escapePattern)
      .join('.+?')}$`,
    's',
  ).test(actual);
}

/** Gathers where an actual value differs from the recorded one. */
function compare(expected: unknown, actual: unknown, path: string, differences: string[]): void {
  const differs = () =>
    differences.push(`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  if (typeof expected === 'string') {
    if (!fitsText(expected, actual)) differs();
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) differs();
    else for (const [index, item] of expected.entries()) compare(item, actual[index], `${path}[${index}]`, differences);
  } else if (isObject(expected)) {
    if (!isObject(actual)) {
      differs();
      return;
    }
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      compare(expected[key], actual[key], `${path}/${key}`, differences);
    }
  } else if (expected !== actual) differs();
}

/** An event with its JSON texts parsed, so that both sides have one form. */
function normalise(event: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(event)) {
    if (!key.endsWith('EventDetails') || !isObject(value)) {
      result[key] = value;
      continue;
    }
    const details: JsonObject = { ...value };
    for (const member of textMembers)
      if (details[member] !== undefined) details[member] = parsed(details[member]) as Json;
    if (isObject(details['assignedVariables'])) {
      details['assignedVariables'] = Object.fromEntries(
        Object.entries(details['assignedVariables']).map(([name, text]) => [name, parsed(text) as Json]),
      );
    }
    result[key] = details;
  }
  return result;
}

const shown = ({ id, previousEventId, type, details }: HistoryEvent): JsonObject =>
  JSON.parse(JSON.stringify({ id, previousEventId, type, timestamp: 'timestamp', ...details })) as JsonObject;

/** Details of an event: its one member that ends in EventDetails. */
function detailsOf(event: JsonObject | undefined): JsonObject {
  const found = Object.entries(event ?? {}).find(([key]) => key.endsWith('EventDetails'))?.[1];
  return isObject(found) ? found : {};
}

/** One recorded attempt of a task. */
interface Attempt {
  readonly arguments: unknown;
  readonly type: string;
  readonly details: JsonObject;
  used: boolean;
}

/** The attempts of tasks a history shows, in order of their scheduling. */
function recordedAttempts(events: readonly JsonObject[]): Attempt[] {
  const after = (event: JsonObject) => events.find((other) => other['previousEventId'] === event['id']);
  return events
    .filter(({ type }) => type === 'TaskScheduled' || type === 'LambdaFunctionScheduled')
    .flatMap((scheduled) => {
      let end: JsonObject | undefined = scheduled;
      while (end && !/(Succeeded|Failed|TimedOut)$/.test(String(end['type']))) end = after(end);
      if (!end) return [];
      const { parameters, input } = detailsOf(scheduled);
      return [
        { arguments: parsed(parameters ?? input), type: String(end['type']), details: detailsOf(end), used: false },
      ];
    });
}

/** Answers tasks as they were answered when recorded. */
function replay(events: readonly JsonObject[]) {
  const attempts = recordedAttempts(events);
  return async (request: FakeTaskRequest): Promise<unknown> => {
    const fits = (attempt: Attempt) => {
      const differences: string[] = [];
      compare(attempt.arguments, request.arguments, '', differences);
      return differences.length === 0;
    };
    const open = attempts.filter(({ used }) => !used);
    const attempt = open.find(fits) ?? open[0];
    if (!attempt) throw new Error(`the recording has no further attempt of ${request.resource}`);
    attempt.used = true;
    if (attempt.type.endsWith('Succeeded')) return parsed(attempt.details['output']);
    if (attempt.type.endsWith('TimedOut')) return request.sleep(Number.POSITIVE_INFINITY);
    const { error, cause } = attempt.details;
    throw { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  };
}

/** Whether threads run side by side, so that the order of their events is left to chance. */
function interleaves(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(interleaves);
  if (!isObject(value)) return false;
  if (value['Type'] === 'Parallel' || (value['Type'] === 'Map' && value['MaxConcurrency'] !== 1)) return true;
  return Object.values(value).some(interleaves);
}

function compareInAnyOrder(
  expected: readonly JsonObject[],
  actual: readonly JsonObject[],
  differences: string[],
): void {
  const left = [...actual];
  for (const event of expected) {
    const { id: _, previousEventId: __, ...rest } = event;
    const at = left.findIndex((candidate) => {
      const { id: ___, previousEventId: ____, ...others } = candidate;
      const found: string[] = [];
      compare(rest, others, '', found);
      return found.length === 0;
    });
    if (at === -1) differences.push(`missing event ${JSON.stringify(rest)}`);
    else left.splice(at, 1);
  }
  for (const event of left) differences.push(`unexpected event ${JSON.stringify(event)}`);
}

/** Runs a recorded execution and says where this interpreter differs; an empty array means it does not. */
export async function runAslCase(recorded: AslCase): Promise<string[]> {
  const replaced = (text: string): string =>
    (recorded.regex ?? []).reduce(
      (result, [pattern, placeholder]) => result.replace(new RegExp(pattern, 'g'), () => placeholder),
      text,
    );
  const expected = (recorded.events ?? []).map(normalise);
  const result = await runDefinition({
    definition: replaced(recorded.definition),
    input: JSON.parse(replaced(recorded.input)),
    tasks: replay(expected),
    roleArn: replaced('arn:aws:iam::111111111111:role/sfn_role'),
    stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
  });
  const actual = result.events.map(shown).map(normalise);
  const differences: string[] = [];
  const { type, ...members } = recorded.expected;
  const last = actual.at(-1);
  compare(type, last?.['type'], 'type of the last event', differences);
  compare(normalise({ EventDetails: members })['EventDetails'], { ...detailsOf(last) }, 'last event', differences);
  if (expected.length === 0) return differences;
  if (interleaves(JSON.parse(recorded.definition))) compareInAnyOrder(expected, actual, differences);
  else {
    compare(
      expected.map(({ type: t }) => t ?? null),
      actual.map(({ type: t }) => t ?? null),
      'event types',
      differences,
    );
    if (differences.length === 0) compare(expected, actual, 'events', differences);
  }
  return differences;
}
