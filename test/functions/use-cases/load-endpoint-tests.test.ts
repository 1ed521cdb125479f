import { expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { loadEndpointTests } from '#functions/use-cases/load-endpoint-tests';
import type { Suite } from '#schemas/events/endpoint-tests';
import { memoryState } from '../../fakes/memory-state.ts';
import { championOf, configOf, endpointName, runs } from '../support/stage.ts';

const startedAt = '2026-03-01T08:00:00.000Z';

/** Loads so many tests, all with a long body. */
async function loadMany(count: number) {
  const tests = memoryState();
  const body = '1,2\n'.repeat(4000);
  for (let i = 0; i < count; i += 1) {
    await tests.put(endpointName, `test#${`${i}`.padStart(64, 'x')}`, { kind: 'contract', request: { body } });
  }
  const endpoint = { status: 'InService' as const, config: configOf(runs.first), modifiedAt: startedAt };
  const endpoints = { read: () => Promise.resolve(endpoint) };
  const event = { endpointName, trigger: 'manual' as const, only: [], executionArn: 'arn:1', startedAt };
  return loadEndpointTests({ stage: 'dev', store: memoryState(), tests, endpoints }, event);
}

it('lists 500 tests with long bodies within a small payload', async () => {
  const suite = (await loadMany(500)) as Suite;

  expect(suite.tests).toHaveLength(500);
  expect(suite.tests.every(({ version }) => version === 1)).toBe(true);
  expect(suite.resultBytes).toBe(400);
  expect(Buffer.byteLength(JSON.stringify(suite))).toBeLessThan(50_000);
}, 60_000);

it('refuses more tests than an execution can hold, and says what to do', async () => {
  await expect(loadMany(1001)).rejects.toMatchObject({
    name: 'InvalidInputError',
    message: expect.stringContaining('has 1,001 tests, and at most 1,000 can run: delete some'),
  });
});

it('gives a challenger the tests of its champion, and leaves its updates to the challenge', async () => {
  const tests = memoryState();
  await tests.put(endpointName, 'test#contract', { kind: 'contract', request: { body: '1' } });
  const endpoint = { status: 'InService' as const, config: `${configOf(runs.second)}-c`, modifiedAt: startedAt };
  const ports = { stage: 'dev', store: memoryState(), tests, endpoints: { read: () => Promise.resolve(endpoint) } };
  const event = { endpointName: `${endpointName}-Challenger`, only: [], executionArn: 'arn:1', startedAt };

  expect(await loadEndpointTests(ports, { ...event, trigger: 'deploy' })).toMatchObject({
    decision: 'test',
    endpointName: `${endpointName}-Challenger`,
    tests: [{ id: 'contract', version: 1 }],
  });
  expect(await loadEndpointTests(ports, { ...event, trigger: 'update' })).toMatchObject({
    decision: 'skip',
    reason: expect.stringContaining('the challenge of loan tests'),
  });
});

it.each([
  ['the champion, behind a queue', configOf(runs.first), true, 'skip'],
  ['the champion, in real time', configOf(runs.first), undefined, 'test'],
  ['a model that somebody put there, behind a queue', configOf(runs.second), true, 'test'],
] as const)('after an update that leaves %s, the decision is right', async (_, config, asynchronous, decision) => {
  const store = memoryState();
  await store.put('loan', deploymentKeys.champion, championOf(1, runs.first, startedAt));
  const tests = memoryState();
  await tests.put(endpointName, 'test#contract', { kind: 'contract', request: { body: '1' } });
  const endpoint = { status: 'InService', config, modifiedAt: startedAt, ...(asynchronous ? { asynchronous } : {}) };
  const ports = { stage: 'dev', store, tests, endpoints: { read: () => Promise.resolve(endpoint) } };
  const event = { endpointName, trigger: 'update' as const, only: [], executionArn: 'arn:1', startedAt };

  const decided = await loadEndpointTests(ports, event);

  expect(decided.decision).toBe(decision);
  if (decision === 'skip') expect(decided).toMatchObject({ reason: expect.stringContaining('number of instances') });
});
