import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emitJobChange } from '#src/sagemaker/events';
import { createHub } from '#src/sagemaker/hub';
import type { SageMakerSettings } from '#src/sagemaker/settings';
import { Store } from '#src/sagemaker/store';
import { fakeContext } from '../support/door.ts';

const CHANGES = 400;

/** The names of the jobs whose change was sent, in order. */
const told = async (settings: SageMakerSettings): Promise<string[]> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'cloud-events-'));
  const context = fakeContext(stateDir);
  const store = new Store(context);
  const hub = createHub(context, store, settings);
  for (let at = 0; at < CHANGES; at += 1) {
    emitJobChange(hub, 'training-job', `job-${at}`, { TrainingJobStatus: 'InProgress' });
  }
  await store.committed();
  store.close();
  await rm(stateDir, { recursive: true, force: true });
  return context.events.map((event) => event.resources?.[0] ?? '');
};

it('sends every state change once by default', async () => {
  const once = await told({});
  expect(once).toHaveLength(CHANGES);
  expect(new Set(once).size).toBe(CHANGES);
});

it('repeats the configured share of state changes, and loses none', async () => {
  const sent = await told({ repeatedEvents: { share: 0.25, seed: 1 } });
  expect(new Set(sent).size).toBe(CHANGES);
  // Four standard deviations of a binomial around 100.
  expect(sent.length - CHANGES).toBeGreaterThan(65);
  expect(sent.length - CHANGES).toBeLessThan(135);
});

it('repeats the same state changes for the same seed, others for another', async () => {
  const [first, again, other] = await Promise.all(
    [1, 1, 2].map((seed) => told({ repeatedEvents: { share: 0.25, seed } })),
  );
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});
