import type * as z from 'zod';
import { shownList } from '#domain/data/shown';
import type { EndpointView } from '#domain/deployment/endpoint';
import { deploymentKeys } from '#domain/deployment/target';
import { commonSettings } from '#domain/endpoint-tests/endpoint-test';
import { resultBytes, tooMany } from '#domain/endpoint-tests/payload';
import { isEnabled, testedKey, testIdOf, testPrefix } from '#domain/endpoint-tests/suite';
import { InvalidInputError, NotFoundError } from '#domain/errors';
import { championEndpointOf, isChallengerEndpoint, pipelineOfEndpoint } from '#domain/naming';
import { unreachable } from '#domain/unreachable';
import type { Endpoints } from '#functions/ports/endpoints';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import { keepVersion } from '#functions/use-cases/test-versions';
import type { ListedTest, loadEndpointTestsSchema, Suite } from '#schemas/events/endpoint-tests';
import { championSchema } from '#schemas/records/run';

/** The dependencies of loading tests. */
export interface TestLoadingPorts {
  readonly stage: string;
  readonly store: StateStore;
  readonly tests: StateStore;
  readonly endpoints: Pick<Endpoints, 'read'>;
}

type LoadEvent = z.output<typeof loadEndpointTestsSchema>;
type Decision = Suite | { readonly decision: 'skip'; readonly reason: string };
const skip = (reason: string): Decision => ({ decision: 'skip', reason });
const absent = (endpointName: string): NotFoundError =>
  new NotFoundError(`There is no endpoint ${endpointName} to test; was it deleted in the meantime?`);

/** Whether the model in service is the one that was promoted. */
async function isChampions(store: StateStore, pipeline: string, { config }: EndpointView): Promise<boolean> {
  const champion = championSchema.safeParse(await store.get(pipeline, deploymentKeys.champion)).data;
  return champion?.endpointConfigName === config;
}

/**
 * Why an update is not tested. Otherwise undefined: this execution has claimed it, so duplicate events test it once. Scaling is an update
 * too: tests of an asynchronous endpoint that has just lost its instances would wake it, again and again.
 */
async function claimUpdate(
  { store, tests }: TestLoadingPorts,
  pipeline: string,
  endpointName: string,
  endpoint: EndpointView,
  executionArn: string,
): Promise<string | undefined> {
  if (isChallengerEndpoint(endpointName)) return `the challenge of ${pipeline} tests ${endpointName}`;
  const lock = await store.get(pipeline, deploymentKeys.lock);
  if (lock) return `a deployment of ${endpointName} is under way and tests it`;
  if (endpoint.asynchronous && (await isChampions(store, pipeline, endpoint))) {
    return `the model of ${endpointName} was tested when it was deployed, and its number of instances may be what changed`;
  }
  const key = testedKey(endpoint.modifiedAt, endpoint.config);
  if (await tests.put(endpointName, key, { executionArn }, ifAbsent)) return undefined;
  const claim = await tests.get(endpointName, key);
  return claim?.['executionArn'] === executionArn ? undefined : `this update of ${endpointName} was tested already`;
}

/**
 * The tests to run, by reference and in the order of their ids. A challenger has the tests of its champion. Their contents stay out of
 * the state of the execution. An edit that comes later is another version, so it changes nothing.
 *
 * @throws InvalidInputError when there are more tests than an execution can hold, or a picked one is missing or switched off
 */
async function listTests(
  { tests }: TestLoadingPorts,
  { endpointName, only, startedAt }: LoadEvent,
): Promise<ListedTest[]> {
  const owner = championEndpointOf(endpointName);
  const items = (await tests.list(owner, testPrefix))
    .filter((item) => isEnabled(item) && (only.length === 0 || only.includes(testIdOf(item['sk']))))
    .toReversed();
  const ids = items.map((item) => testIdOf(item['sk']));
  const missing = only.filter((id) => !ids.includes(id));
  if (missing.length > 0) {
    throw new InvalidInputError(`${owner} has no such test, or it is switched off: ${shownList(missing)}.`);
  }
  const problem = tooMany(ids.map((id) => ({ id, version: 1 })));
  if (problem !== undefined) throw new InvalidInputError(`${owner} has ${problem}.`);
  const listed: ListedTest[] = [];
  for (const item of items) {
    const id = testIdOf(item['sk']);
    // an id that is no id has no versions: whatever else the item holds, the test fails with that reason
    if (!commonSettings.id.safeParse(id).success) listed.push({ id });
    else listed.push({ id, version: await keepVersion(tests, owner, item, startedAt) });
  }
  return listed;
}

/**
 * Finds the tests to run on an endpoint. A deployment tests at once and claims the state it tested, so the later event of its
 * own update does not start the tests again.
 *
 * @throws NotFoundError when the endpoint does not exist, except for an update event; InvalidInputError for tests that cannot run
 * together
 */
export async function loadEndpointTests(ports: TestLoadingPorts, event: LoadEvent): Promise<Decision> {
  const { stage, tests } = ports;
  const { endpointName, trigger, only, executionArn } = event;
  const pipeline = pipelineOfEndpoint(stage, endpointName);
  if (!pipeline) return skip(`${endpointName} belongs to no pipeline of stage ${stage}`);
  const endpoint = await ports.endpoints.read(endpointName);
  switch (trigger) {
    case 'update': {
      if (endpoint?.status !== 'InService') return skip(`${endpointName} is ${endpoint?.status ?? 'gone'} by now`);
      const reason = await claimUpdate(ports, pipeline, endpointName, endpoint, executionArn);
      if (reason !== undefined) return skip(reason);
      break;
    }
    case 'deploy':
      if (!endpoint) throw absent(endpointName);
      await tests.put(endpointName, testedKey(endpoint.modifiedAt, endpoint.config), { executionArn });
      break;
    case 'manual':
      if (!endpoint) throw absent(endpointName);
      break;
    default:
      return unreachable(trigger, 'reason to test an endpoint');
  }
  const listed = await listTests(ports, event);
  return {
    decision: 'test',
    endpointName,
    endpointConfigName: endpoint.config,
    trigger,
    ...(only.length > 0 ? { only } : {}),
    tests: listed,
    resultBytes: resultBytes(listed.length),
  };
}
