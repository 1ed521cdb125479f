import { describe, expect, it } from 'vitest';
import { nothing } from '#domain/costs/amount';
import { budgetSchema, findExcess, type SetBudget, type Wanted } from '#domain/costs/budget';
import { settingLine } from '#domain/costs/setting-line';
import { costSettingsSchema } from '#domain/costs/settings';
import { deploymentSchema } from '#domain/deployment/settings';
import type { Tuning } from '#domain/training/tuning-settings';
import { pipeline } from '../../functions/support/stage.ts';

const usd = (amount: number) => ({ ...nothing, usd: amount });
const wanted = (changes: Partial<Wanted> = {}): Wanted => ({
  pipeline: 'loan',
  training: pipeline.training,
  deployment: deploymentSchema.parse({}),
  estimate: usd(2),
  spent: usd(10),
  month: '2026-12',
  ...changes,
});
const set = (budget: SetBudget['budget'], text?: string): SetBudget => ({
  budget,
  file: 'pipelines/loan.yml',
  stage: 'dev',
  ...(text === undefined ? {} : { text }),
});
const messageOf = (...given: Parameters<typeof findExcess>) => findExcess(...given)?.message;

describe('a budget', () => {
  it('lets a run begin that is within it, to the cent', () => {
    expect(findExcess(wanted(), set({ run: 2, month: 100 }))).toBeUndefined();
    expect(findExcess(wanted(), set({}))).toBeUndefined();
    expect(findExcess(wanted({ estimate: usd(2) }), set({ run: 1.99 }))).toBeDefined();
  });

  it('refuses a run with the figure, the line and the fix', () => {
    const text = 'name: loan\nbudget:\n  month: 100\n  run: 1.5\n';
    expect(findExcess(wanted(), set({ run: 1.5, month: 100 }, text))).toEqual({
      limit: 'budget.run of $1.50 (pipelines/loan.yml, line 4)',
      message:
        'The run would cost $2.00, more than budget.run of $1.50 (pipelines/loan.yml, line 4). Nothing was started. ' +
        'Cheaper: a smaller instance (training.instances.type: ml.m5.large), or spot capacity (training.instances.spot: true, estimated at the full price). ' +
        'Or raise the budget, or pay once: npx tidegate retrain loan --force.',
    });
  });

  it('names fewer jobs of a tuning, and nothing that would not help', () => {
    const instances = { ...pipeline.training.instances, type: 'ml.p9.huge', spot: true };
    const tuning = (maxJobs: number) => ({ instances, tuning: { maxJobs, parallel: 2 } as Tuning });
    expect(messageOf(wanted({ training: tuning(9) }), set({ run: 1 }))).toContain(
      'Nothing was started. Cheaper: fewer jobs (training.tuning.maxJobs: 4). Or raise',
    );
    expect(messageOf(wanted({ training: tuning(1) }), set({ run: 1 }))).toContain('Nothing was started. Or raise');
  });

  it('counts what the month has cost already', () => {
    expect(findExcess(wanted({ spent: usd(10) }), set({ month: 84 }))).toBeUndefined();
    expect(messageOf(wanted({ spent: usd(99) }), set({ month: 100 }))).toContain(
      "2026-12 has cost $99.00 so far; with this run's $2.00 that is more than budget.month of $100.00 (pipelines/loan.yml). Nothing was started.",
    );
  });

  it('refuses an endpoint that alone costs more than the month may, with the smaller one', () => {
    const deployment = deploymentSchema.parse({ instances: { type: 'ml.m5.xlarge', count: 2 } });
    expect(messageOf(wanted({ deployment }), set({ month: 100 }))).toContain(
      'The endpoint on 2 × ml.m5.xlarge would cost $335.80 a month, more than budget.month of $100.00 (pipelines/loan.yml). ' +
        'Nothing was started. Cheaper: a smaller instance (deployment.instances.type: ml.m5.large), or fewer of them (deployment.instances.count: 1).',
    );
    const smallest = deploymentSchema.parse({ instances: { type: 'ml.m5.large' } });
    expect(messageOf(wanted({ deployment: smallest }), set({ month: 50 }))).toContain('Nothing was started. Or raise');
  });

  it('takes the prices of a contract', () => {
    const deployment = deploymentSchema.parse({ instances: { type: 'ml.m5.xlarge', count: 1 } });
    const own = { 'sagemaker.hosting.ml.m5.xlarge': 0.1 };
    expect(findExcess(wanted({ deployment }), set({ month: 100 }), { own })).toBeUndefined();
  });

  it('is a positive amount', () => {
    expect(budgetSchema.safeParse({ run: 0 }).success).toBe(false);
    expect(budgetSchema.safeParse({ week: 1 }).success).toBe(false);
    expect(budgetSchema.parse({ run: 5 })).toEqual({ run: 5 });
  });
});

describe('costs.yml', () => {
  it('takes prices of items that can have one, and of no others', () => {
    expect(costSettingsSchema.parse({})).toEqual({ prices: {} });
    expect(costSettingsSchema.parse({ prices: { 'lambda.request': 0 } }).prices).toEqual({ 'lambda.request': 0 });
    expect(costSettingsSchema.safeParse({ prices: { 'lambda.requests': 1 } }).error?.issues).toMatchObject([
      { path: ['prices', 'lambda.requests'], message: expect.stringContaining('is no item with a price') },
    ]);
  });
});

describe('the line of a setting', () => {
  const text = `name: loan
# budget: nothing
training:
  instances:
    run: 1
budget:
  # what a run may cost

  run: 5
  "month": 200
stages:
  prod:
    budget: { run: 50 }
  dev:
    budget:
      'run': 7
`;
  it.each([
    ['budget.run', 'local', 9],
    ['budget.month', 'local', 10],
    ['budget.run', 'prod', 13],
    ['budget.run', 'dev', 16],
    ['budget.month', 'prod', 10],
    ['training.instances.run', 'local', 5],
    ['training.run', 'local', undefined],
    ['budget.week', 'local', undefined],
    ['nothing', 'local', undefined],
  ])('%s in stage %s', (path, stage, line) => {
    expect(settingLine(text, path.split('.'), stage)).toBe(line);
  });
});
