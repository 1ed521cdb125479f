import { expect, it } from 'vitest';
import { cleanedUpMessage } from '#domain/notices/cleaned-up';

const removed = {
  planKey: '_clean-up/2026-02-01/e1/plan.json',
  left: 0,
  pipelines: ['loan', 'churn'],
  runs: 12,
  versions: 3,
  endpointConfigs: 0,
  models: 1,
  objects: 640,
  bytes: 2 * 2 ** 30,
  items: 30,
  kept: 0,
};

it('says what is gone and what it cost, once', () => {
  const text = JSON.stringify(cleanedUpMessage(removed, {}));
  expect(text).toContain('Cleaned up after 12 runs of loan, churn');
  expect(text).toContain('Deleted: 3 model packages, 1 model, 640 objects. What serves');
  expect(text).toContain('2.1 GB, about $0.05 a month');
  expect(text).toContain(removed.planKey);
  expect(text).not.toContain('came into use');
  expect(text).not.toContain('next clean-up');
});

it('says what stayed, what is left for the next one, and that records alone went', () => {
  const counts = { versions: 0, models: 0, objects: 0, bytes: 0, runs: 1, items: 2 };
  const text = JSON.stringify(cleanedUpMessage({ ...removed, ...counts, kept: 1, left: 5 }, {}));
  expect(text).toContain('Deleted: 2 records.');
  expect(text).toContain('1 run that came into use meanwhile');
  expect(text).toContain('5 more runs will follow with the next clean-up.');
});

it('counts storage by the prices of the stage', () => {
  expect(JSON.stringify(cleanedUpMessage(removed, { own: { 's3.gbMonth': 1 } }))).toContain('about $2.00 a month');
});
