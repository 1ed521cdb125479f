import { expect, it } from 'vitest';
import { driftSchema } from '#domain/drift/settings';

it('a drift check needs a schedule alone', () => {
  expect(driftSchema.parse({ schedule: 'rate(1 day)' })).toEqual({
    schedule: 'rate(1 day)',
    source: 'captures',
    window: '7d',
    reference: { kind: 'training' },
    minRows: 200,
    psi: 0.2,
    falseAlarmRate: 0.01,
    ks: 0.1,
    chiSquare: 0.15,
    domainClassifier: 0.6,
    embeddingClassifier: 0.55,
    jensenShannon: 0.15,
    wasserstein: 0.25,
    unseen: 0.01,
    missing: 0.05,
    range: 0.01,
    action: 'alert',
  });
});

it.each([
  [{ schedule: 'rate(1 day)' }, true],
  [{ schedule: 'rate(2 days)' }, true],
  [{ schedule: 'rate(12 hours)' }, true],
  [{ schedule: 'rate(0 days)' }, false],
  [{ schedule: 'rate(1 days)' }, false],
  [{ schedule: 'rate(2 day)' }, false],
  [{ schedule: 'daily' }, false],
  [{ schedule: 'cron(0 6 * * ? *)' }, true],
  [{ window: '24h' }, true],
  [{ window: '24' }, false],
  [{ minRows: 1 }, true],
  [{ minRows: 0 }, false],
])('a drift check with %o is accepted: %s', (fields, accepted) => {
  expect(driftSchema.safeParse({ schedule: 'rate(1 day)', ...fields }).success).toBe(accepted);
});
