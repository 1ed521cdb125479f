import type * as z from 'zod';
import type { SqlEngine } from '#domain/data/engine';
import { runOfConfig } from '#domain/deployment/target';
import type { Answer, Judgement } from '#domain/endpoint-tests/answer';
import { runTest } from '#domain/endpoint-tests/run';
import type { TestSession } from '#domain/endpoint-tests/session';
import { PredictionError } from '#domain/errors';
import { pipelineOfGroup } from '#domain/naming';
import type { ObjectStore } from '#functions/ports/object-store';
import { type ServedModel, servedModel } from '#functions/shards/served-model';
import type { runEndpointTestSchema } from '#schemas/endpoint-test';
import type { TestResult } from '#schemas/records/test-result';

type Ask = (endpointName: string, body: string, contentType: string) => Promise<Answer>;

/** The dependencies of running a test on an endpoint. */
export interface EndpointTestPorts extends Pick<TestSession, 'readGolden' | 'now' | 'sleep'> {
  readonly stage: string;
  readonly artifacts: ObjectStore;
  readonly ask: Ask;
  /** The same, with a single try for each request and room for many at once. */
  readonly askOnce: Ask;
  /** Opens the SQL engine. Only tests of raw rows need it. */
  readonly openEngine: () => Promise<SqlEngine & { close(): void }>;
}

type RunEndpointTestEvent = z.output<typeof runEndpointTestSchema>;

/** The model that the endpoint serves. @throws PredictionError when no run is known that trained it */
async function modelOf(
  { stage, artifacts, openEngine }: EndpointTestPorts,
  { endpointName, endpointConfigName = '' }: RunEndpointTestEvent,
): Promise<ServedModel> {
  const name = pipelineOfGroup(stage, endpointName);
  const run = name === undefined ? undefined : runOfConfig(stage, name, endpointConfigName);
  if (run === undefined) {
    throw new PredictionError(
      `Raw rows cannot be encoded: no run is known that trained what ${endpointName} serves. Use a body of model inputs, or deploy a model of the pipeline.`,
    );
  }
  return servedModel(artifacts, run, openEngine);
}

async function judge(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<Judgement> {
  const { endpointName, test } = event;
  if (test.kind === 'invalid') return { passed: false, detail: test.problem };
  let known: Promise<ServedModel> | undefined;
  const model = () => {
    known ??= modelOf(ports, event);
    return known;
  };
  const { readGolden, now, sleep } = ports;
  return runTest(test, {
    readGolden,
    now,
    sleep,
    ask: (body, contentType) => ports.ask(endpointName, body, contentType),
    askOnce: (body, contentType) => ports.askOnce(endpointName, body, contentType),
    encode: async (rows) => (await model()).encode(rows),
    inputs: async () => (await model()).inputs,
    observed: async (column) => (await model()).observed(column),
  });
}

/** Runs one test on an endpoint. A failed expectation is a result; an error means that the test could not run. */
export async function runEndpointTest(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<TestResult> {
  const start = ports.now();
  const { passed, detail } = await judge(ports, event);
  const { id, kind } = event.test;
  return { id, kind, passed, detail, durationMs: Math.round(ports.now() - start) };
}
