import { describe, expect, it } from 'vitest';
import { driftSchema } from '#domain/drift/settings';
import { cleanUpPlanKey, removedKey } from '#domain/retention/layout';
import { captureDays, checkRetention, type ReadingPipeline } from '#domain/retention/lengths';
import { daysOf, longestRunDays, retentionSchema } from '#domain/retention/settings';
import { pipeline } from '../../functions/support/stage.ts';
import { loadMachine } from '../../statemachines/load-machine.ts';

const drift = driftSchema.parse({ schedule: 'rate(1 day)' });
const season = { ...drift, reference: { kind: 'season' as const, period: '7d', periods: 8 } };
const problemsOf = (more: Partial<ReadingPipeline>, retention: object = {}): unknown[] => {
  const problems: unknown[] = [];
  const settings = { deployment: {}, ...more, retention: retentionSchema.parse(retention) };
  checkRetention(settings, (path, message) => problems.push([path.join('.'), message]));
  return problems;
};

describe('retention', () => {
  it('has defaults for all', () => {
    expect(retentionSchema.parse(undefined)).toEqual({
      runs: '90d',
      models: { versions: 10, for: '180d' },
      rows: '30d',
      predictions: '180d',
      scores: '90d',
      reports: '365d',
      quarantine: '90d',
    });
    expect(pipeline.retention).toEqual(retentionSchema.parse({}));
  });

  it.each([
    [{ runs: '29d' }, 'at least 30d'],
    [{ rows: '13d' }, 'at least 14d'],
    [{ captures: '1d' }, 'at least 14d'],
    [{ scores: '90' }, 'days, as 90d'],
    [{ models: { versions: 0 } }, '>=1'],
    [{ models: { for: '3 months' } }, 'days, as 90d'],
    [{ run: '90d' }, 'run'],
  ])('refuses %j', (settings, message) => {
    expect(JSON.stringify(retentionSchema.safeParse(settings).error?.issues)).toContain(message);
  });

  it('outlasts every machine that works on a run', () => {
    const seconds = ['retrain', 'run-pipeline', 'prepare-data', 'train-candidate', 'batch-score', 'deploy'].map(
      (name) => loadMachine(name).TimeoutSeconds,
    );
    expect(Math.max(...seconds)).toBeLessThan((longestRunDays * 86_400) / 2);
    expect(daysOf('120d')).toBe(120);
  });

  it('keeps captured requests as long as drift checks look back', () => {
    const retention = retentionSchema.parse({});
    expect(captureDays({ retention })).toBe(30);
    expect(captureDays({ retention, drift })).toBe(30);
    expect(captureDays({ retention, drift: season })).toBe(65);
    expect(captureDays({ retention: { ...retention, captures: '70d' }, drift: season })).toBe(70);
    expect(problemsOf({ drift: season }, { captures: '60d' })).toEqual([
      [
        'retention.captures',
        'drift checks look back 65 days; keep captured requests for 65d or longer, or leave this out',
      ],
    ]);
    expect(problemsOf({ drift: season }, { captures: '65d' })).toEqual([]);
    expect(problemsOf({ drift: { ...season, source: 'newest-drop' } }, { captures: '14d' })).toEqual([]);
    expect(problemsOf({})).toEqual([]);
  });

  it('keeps predictions as long as a challenge reads them', () => {
    const deployment = { challenge: { maxDays: 30 } };
    expect(problemsOf({ deployment }, { predictions: '20d' })).toEqual([
      ['retention.predictions', 'a challenge of 30 days reads the predictions of 32; keep them for 32d or longer'],
    ]);
    expect(problemsOf({ deployment }, { predictions: '32d' })).toEqual([]);
  });
});

it('keeps the records of a clean-up together, by its day', () => {
  const key = cleanUpPlanKey(
    '2026-12-01T07:00:00.123Z',
    'arn:aws:states:eu-central-1:1:execution:tidegate-dev-clean-up:e1',
  );
  expect(key).toBe('_clean-up/2026-12-01/e1/plan.json');
  expect(removedKey(key, 3)).toBe('_clean-up/2026-12-01/e1/removed-00003.json');
});
