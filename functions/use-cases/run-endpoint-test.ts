import type * as z from 'zod';
import { algorithmOf } from '#domain/algorithms/registry';
import { featureColumns } from '#domain/data/columns';
import type { SqlEngine } from '#domain/data/engine';
import { encodeRows, toCsv } from '#domain/data/online';
import { shownList } from '#domain/data/shown';
import { runOfConfig } from '#domain/deployment/target';
import type { Judgement } from '#domain/endpoint-tests/answer';
import { boundResult } from '#domain/endpoint-tests/payload';
import { runTest, type TestPorts } from '#domain/endpoint-tests/run';
import { type LoadedTest, readTest, testKey } from '#domain/endpoint-tests/suite';
import { testVersionSchema, versionKey } from '#domain/endpoint-tests/versions';
import { PredictionError } from '#domain/errors';
import { pipelineOfGroup } from '#domain/naming';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import type { runEndpointTestSchema } from '#schemas/events/endpoint-tests';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { RawRow } from '#schemas/records/golden';
import type { TestResult } from '#schemas/records/test-result';

/** The dependencies of running a test on an endpoint. */
export interface EndpointTestPorts extends Pick<TestPorts, 'readGolden'> {
  readonly stage: string;
  readonly tests: Pick<StateStore, 'get'>;
  readonly artifacts: ObjectStore;
  readonly ask: (endpointName: string, body: string, contentType: string) => ReturnType<TestPorts['ask']>;
  /** Opens the SQL engine. Only tests of raw rows need it. */
  readonly openEngine: () => Promise<SqlEngine & { close(): void }>;
}

type RunEndpointTestEvent = z.output<typeof runEndpointTestSchema>;

/** The run that trained what the endpoint serves, or undefined when its config was made by hand. */
function servedRun({ stage }: EndpointTestPorts, event: RunEndpointTestEvent): RunPointer | undefined {
  const { endpointName, endpointConfigName = '' } = event;
  const pipeline = pipelineOfGroup(stage, endpointName);
  return pipeline === undefined ? undefined : runOfConfig(stage, pipeline, endpointConfigName);
}

/** The content of a test that was listed: of that version, so a later edit changes nothing. */
async function readContent(
  { tests }: EndpointTestPorts,
  { endpointName, test: { id, version } }: RunEndpointTestEvent,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (version === undefined) return tests.get(endpointName, testKey(id));
  const item = await tests.get(endpointName, versionKey(id, version));
  return item && testVersionSchema.parse(item).test;
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

/** The rows as the endpoint's model reads them: a CSV line each, by the transform of the run that trained it. */
async function encodeFor(
  ports: EndpointTestPorts,
  event: RunEndpointTestEvent,
  rows: readonly RawRow[],
): Promise<string[]> {
  const { artifacts, openEngine } = ports;
  const { endpointName } = event;
  const run = servedRun(ports, event);
  if (run === undefined) {
    throw new PredictionError(
      `Raw rows cannot be encoded: no run is known that trained what ${endpointName} serves. Use a body of model inputs, or deploy a model of the pipeline.`,
    );
  }
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const inputs = featureColumns(pipeline).map((column) => column.name);
  for (const [i, row] of rows.entries()) {
    const position = Object.keys(row).findIndex((key) => !inputs.includes(key));
    if (position < 0) continue;
    throw new PredictionError(
      `Row ${i + 1} has a column that is no model input: key ${position + 1} of the row. The model reads ${shownList(inputs, 50)}.`,
    );
  }
  const { input } = algorithmOf(pipeline);
  const engine = await openEngine();
  try {
    return toCsv(await encodeRows(engine, pipeline, fitted, rows), input).split('\n');
  } finally {
    engine.close();
  }
}

async function judge(ports: EndpointTestPorts, event: RunEndpointTestEvent, test: LoadedTest): Promise<Judgement> {
  const { endpointName } = event;
  if (test.kind === 'invalid') return { passed: false, detail: test.problem };
  try {
    return await runTest(test, {
      readGolden: ports.readGolden,
      ask: (body, contentType) => ports.ask(endpointName, body, contentType),
      encode: (rows) => encodeFor(ports, event, rows),
    });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ValidationError')) throw error;
    return { passed: false, detail: 'SageMaker refused the request (ValidationError): is the endpoint in service?' };
  }
}

/**
 * Runs one test on an endpoint. A failed expectation is a result; an error means that the test could not run. The result fits into
 * its share of the execution's state.
 */
export async function runEndpointTest(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<TestResult> {
  const { id, version } = event.test;
  const test = await loadTest(ports, event);
  const start = performance.now();
  const { passed, detail } = await judge(ports, event, test);
  const durationMs = Math.round(performance.now() - start);
  const result = { id, kind: test.kind, passed, detail, durationMs, ...(version === undefined ? {} : { version }) };
  return boundResult(result, event.resultBytes);
}
