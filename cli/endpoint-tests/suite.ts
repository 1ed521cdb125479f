import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { isEnabled, testIdOf, testKey, testPrefix } from '#domain/endpoint-tests/suite';
import {
  contentOf,
  keptVersionOf,
  type TestVersion,
  testVersionSchema,
  versionKey,
  versionPrefix,
} from '#domain/endpoint-tests/versions';
import { endpointName } from '#domain/naming';
import { stateStore } from '#functions/aws/state-store';
import type { StateItem, StateStore } from '#functions/ports/state-store';
import { requirePipeline } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';
import { pipelineNames } from '../project.ts';
import type { Target } from '../target.ts';

/** An endpoint and the table with its tests. */
export interface TestedEndpoint {
  readonly endpoint: string;
  readonly tests: StateStore;
  /** The pipeline that it serves, if the project has it. */
  readonly pipeline: string | undefined;
}

/** The endpoint of a pipeline, or of that name. @throws CliError when the name is neither */
export function testedEndpoint({ db, outputs, stage }: Target, name: string): TestedEndpoint {
  const known = pipelineNames();
  const pipeline = known.find((own) => own === name || endpointName(stage, own) === name);
  if (pipeline === undefined) requirePipeline(name);
  const endpoint = pipeline === undefined ? name : endpointName(stage, pipeline);
  return { endpoint, pipeline, tests: stateStore(db, outputs.EndpointTestsTableName) };
}

/** A test as it stands in the table. */
export interface CurrentTest {
  readonly id: string;
  /** Undefined when it was edited in the console since it last ran. */
  readonly version: number | undefined;
  readonly enabled: boolean;
  /** Each deployment refreshes it. */
  readonly managed: boolean;
  readonly kind: string;
  readonly item: StateItem;
}

/** The tests of an endpoint, in the order of their ids. */
export async function currentTests({ tests, endpoint }: TestedEndpoint): Promise<CurrentTest[]> {
  const items = await tests.list(endpoint, testPrefix);
  return items.toReversed().map((item) => {
    const id = testIdOf(item['sk']);
    const version = keptVersionOf(endpoint, id, item);
    const kind = String(item['kind']);
    return { id, version, enabled: isEnabled(item), managed: item['managed'] === true, kind, item };
  });
}

/** A test as a file has it: complete and in the order of its schema, or as it was written when it is not valid. */
export function writtenTest(id: string, item: StateItem): StateItem {
  const { managed: _, ...content } = contentOf(item);
  const test = { id, ...content };
  const parsed = endpointTestSchema.safeParse(test);
  return parsed.success ? parsed.data : test;
}

/** All versions of a test, newest first, or the newest few. */
export async function testVersions(
  { tests, endpoint }: TestedEndpoint,
  id: string,
  limit?: number,
): Promise<TestVersion[]> {
  return (await tests.list(endpoint, versionPrefix(id), limit)).map((item) => testVersionSchema.parse(item));
}

const noTest = ({ endpoint }: TestedEndpoint, id: string, why: string): CliError =>
  new CliError(
    `${endpoint} has no ${why}. "npx tidegate tests list" lists them, "tests history <pipeline> ${id}" all versions.`,
    exitCodes.usage,
  );

/** A test, or one of its former versions. @throws CliError when there is none */
export async function findTest(
  endpoint: TestedEndpoint,
  id: string,
  version?: number,
): Promise<{ readonly test: StateItem; readonly version?: TestVersion }> {
  const read = (n: number) => endpoint.tests.get(endpoint.endpoint, versionKey(id, n));
  if (version !== undefined) {
    const found = await read(version);
    if (!found) throw noTest(endpoint, id, `version ${version} of a test "${id}"`);
    const kept = testVersionSchema.parse(found);
    if (!kept.test) throw noTest(endpoint, id, `test in version ${version} of "${id}": it deleted the test`);
    return { test: writtenTest(id, kept.test), version: kept };
  }
  const item = await endpoint.tests.get(endpoint.endpoint, testKey(id));
  if (!item) throw noTest(endpoint, id, `test "${id}"`);
  const current = keptVersionOf(endpoint.endpoint, id, item);
  const kept = current === undefined ? undefined : await read(current);
  return { test: writtenTest(id, item), ...(kept ? { version: testVersionSchema.parse(kept) } : {}) };
}
