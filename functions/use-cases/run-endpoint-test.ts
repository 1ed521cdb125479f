import type * as z from 'zod';
import type { SqlEngine } from '#domain/data/engine';
import { runOfConfig } from '#domain/deployment/target';
import type { Answer, Judgement } from '#domain/endpoint-tests/answer';
import { problemOfKind } from '#domain/endpoint-tests/endpoint-test';
import { boundResult } from '#domain/endpoint-tests/payload';
import { endpointTestKind } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import type { TestSession } from '#domain/endpoint-tests/session';
import { type LoadedTest, readTest, testKey } from '#domain/endpoint-tests/suite';
import { testVersionSchema, versionKey } from '#domain/endpoint-tests/versions';
import { PredictionError } from '#domain/errors';
import { championEndpointOf, pipelineOfEndpoint } from '#domain/naming';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { recalibrateText, recalibrationOf } from '#domain/serving/recalibration';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { ifThere } from '#functions/runtime/if-there';
import { readOperatingPoint } from '#functions/shards/operating-point';
import { type ServedModel, servedModel } from '#functions/shards/served-model';
import type { OnlineTextFunctions } from '#functions/shards/text-functions';
import type { runEndpointTestSchema } from '#schemas/events/endpoint-tests';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { servedConfigSchema } from '#schemas/records/served-config';
import type { TestResult } from '#schemas/records/test-result';

type Ask = (endpointName: string, body: string, contentType: string) => Promise<Answer>;

/** The dependencies of running a test on an endpoint. */
export interface EndpointTestPorts extends Pick<TestSession, 'readGolden' | 'now' | 'sleep'> {
  readonly stage: string;
  readonly tests: Pick<StateStore, 'get'>;
  readonly artifacts: ObjectStore;
  readonly ask: Ask;
  /** The same, with a single try for each request and room for many at once. */
  readonly askOnce: Ask;
  /**
   * Sends a request through the queue of an asynchronous endpoint.
   * @throws PredictionError when there is no answer in time
   */
  readonly askQueued: (pipeline: string, ...request: Parameters<Ask>) => Promise<Answer>;
  /** Opens the SQL engine. Only tests of raw rows need it. */
  readonly openEngine: (texts?: OnlineTextFunctions) => Promise<SqlEngine & { close(): void }>;
}

type RunEndpointTestEvent = z.output<typeof runEndpointTestSchema>;

/** The run that trained what the endpoint serves, or undefined when its config was made by hand. */
function servedRun({ stage }: EndpointTestPorts, event: RunEndpointTestEvent): RunPointer | undefined {
  const { endpointName, endpointConfigName = '' } = event;
  const pipeline = pipelineOfEndpoint(stage, endpointName);
  return pipeline === undefined ? undefined : runOfConfig(stage, pipeline, endpointConfigName);
}

/** The content of a test that was listed: of that version, so a later edit changes nothing. */
async function readContent(
  { tests }: EndpointTestPorts,
  { endpointName, test: { id, version } }: RunEndpointTestEvent,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const owner = championEndpointOf(endpointName);
  if (version === undefined) return tests.get(owner, testKey(id));
  const item = await tests.get(owner, versionKey(id, version));
  return item && testVersionSchema.parse(item).test;
}

/** What a test must know of how the model is asked. */
interface Asking {
  /** The pipeline whose asynchronous endpoint is tested; undefined for a real-time endpoint, or one that was made by hand. */
  readonly queue: string | undefined;
  /** What its scores become before a test sees them: a test sees those that `predict` returns. */
  readonly recalibrate: ((score: number) => number) | undefined;
}

async function readAsking({ artifacts }: EndpointTestPorts, run: RunPointer | undefined): Promise<Asking> {
  const keys = run && artifactKeys(run);
  const config = keys && (await ifThere(artifacts.readJson(keys.config, servedConfigSchema)));
  const undersamples = typeof config?.imbalance === 'object' && config.imbalance !== null;
  const fitted = keys && undersamples ? await artifacts.readJson(keys.transform, fittedTransformSchema) : {};
  const point =
    run && config
      ? await readOperatingPoint(artifacts, run, { threshold: 0.5, calibration: config.evaluation.calibration })
      : undefined;
  return {
    queue: config?.deployment.asynchronous && run?.pipeline,
    recalibrate: recalibrationOf(fitted, point?.calibration),
  };
}

/** The test as it runs. One that is invalid, or gone from the table, fails with that reason. */
async function loadTest(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<LoadedTest> {
  const { id, version } = event.test;
  const content = await readContent(ports, event);
  if (!content) {
    const what = version === undefined ? 'The test' : `Version ${version} of the test`;
    return { id, kind: 'invalid', problem: `${what} was deleted from the table in the meantime: run the tests again` };
  }
  const run = servedRun(ports, event);
  return readTest({ ...content, sk: testKey(id) }, run && ports.artifacts.uri(artifactKeys(run).golden));
}

/** The model that the endpoint serves. @throws PredictionError when no run is known that trained it */
async function modelOf(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<ServedModel> {
  const { artifacts, openEngine } = ports;
  const { endpointName } = event;
  const run = servedRun(ports, event);
  if (run === undefined) {
    throw new PredictionError(
      `Raw rows cannot be encoded: no run is known that trained what ${endpointName} serves. Use a body of model inputs, or deploy a model of the pipeline.`,
    );
  }
  return servedModel(artifacts, run, openEngine);
}

async function judge(ports: EndpointTestPorts, event: RunEndpointTestEvent, test: LoadedTest): Promise<Judgement> {
  const { endpointName } = event;
  if (test.kind === 'invalid') return { passed: false, detail: test.problem };
  const { queue, recalibrate } = await readAsking(ports, servedRun(ports, event));
  const problem = problemOfKind(endpointTestKind(test.kind), queue === undefined ? undefined : {});
  if (problem !== undefined) {
    return { passed: false, detail: `${problem}. Delete it: npx tidegate tests delete ${queue} ${test.id}` };
  }
  let known: Promise<ServedModel> | undefined;
  const model = () => {
    known ??= modelOf(ports, event);
    return known;
  };
  const { readGolden, now, sleep } = ports;
  const seen = async (answer: Promise<Answer>): Promise<Answer> => {
    const found = await answer;
    return recalibrate && found.status === 200 ? { ...found, body: recalibrateText(found.body, recalibrate) } : found;
  };
  return runTest(test, {
    readGolden,
    now,
    sleep,
    ask: (body, contentType) =>
      seen(
        queue === undefined
          ? ports.ask(endpointName, body, contentType)
          : ports.askQueued(queue, endpointName, body, contentType),
      ),
    askOnce: (body, contentType) => seen(ports.askOnce(endpointName, body, contentType)),
    encode: async (rows) => (await model()).encode(rows),
    inputs: async () => (servedRun(ports, event) === undefined ? undefined : (await model()).inputs),
    observed: async (column) => (await model()).observed(column),
  });
}

/**
 * Runs one test on an endpoint. A failed expectation is a result; an error means that the test could not run. The result fits into
 * its share of the execution's state.
 */
export async function runEndpointTest(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<TestResult> {
  const { id, version } = event.test;
  const test = await loadTest(ports, event);
  const start = ports.now();
  const { passed, detail } = await judge(ports, event, test);
  const durationMs = Math.round(ports.now() - start);
  const result = { id, kind: test.kind, passed, detail, durationMs, ...(version === undefined ? {} : { version }) };
  return boundResult(result, event.resultBytes);
}
