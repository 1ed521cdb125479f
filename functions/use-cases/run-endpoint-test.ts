import type * as z from 'zod';
import { algorithmOf } from '#domain/algorithms/registry';
import { featureColumns } from '#domain/data/columns';
import type { SqlEngine } from '#domain/data/engine';
import { encodeRows, toCsv } from '#domain/data/online';
import { shownList } from '#domain/data/shown';
import { runOfConfig } from '#domain/deployment/target';
import type { Judgement } from '#domain/endpoint-tests/answer';
import { runTest, type TestPorts } from '#domain/endpoint-tests/run';
import { PredictionError } from '#domain/errors';
import { pipelineOfGroup } from '#domain/naming';
import { artifactKeys } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { runEndpointTestSchema } from '#schemas/endpoint-test';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { RawRow } from '#schemas/records/golden';
import type { TestResult } from '#schemas/records/test-result';

/** The dependencies of running a test on an endpoint. */
export interface EndpointTestPorts extends Pick<TestPorts, 'readGolden'> {
  readonly stage: string;
  readonly artifacts: ObjectStore;
  readonly ask: (endpointName: string, body: string, contentType: string) => ReturnType<TestPorts['ask']>;
  /** Opens the SQL engine. Only tests of raw rows need it. */
  readonly openEngine: () => Promise<SqlEngine & { close(): void }>;
}

type RunEndpointTestEvent = z.output<typeof runEndpointTestSchema>;

/** The rows as the endpoint's model reads them: a CSV line each, by the transform of the run that trained it. */
async function encodeFor(
  { stage, artifacts, openEngine }: EndpointTestPorts,
  { endpointName, endpointConfigName = '' }: RunEndpointTestEvent,
  rows: readonly RawRow[],
): Promise<string[]> {
  const name = pipelineOfGroup(stage, endpointName);
  const run = name === undefined ? undefined : runOfConfig(stage, name, endpointConfigName);
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

async function judge(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<Judgement> {
  const { endpointName, test } = event;
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

/** Runs one test on an endpoint. A failed expectation is a result; an error means that the test could not run. */
export async function runEndpointTest(ports: EndpointTestPorts, event: RunEndpointTestEvent): Promise<TestResult> {
  const start = performance.now();
  const { passed, detail } = await judge(ports, event);
  const { id, kind } = event.test;
  return { id, kind, passed, detail, durationMs: Math.round(performance.now() - start) };
}
