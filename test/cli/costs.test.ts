import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { describeMonths } from '#cli/commands/costs';
import { costCell, describeCosts, describeEndpoint, pricingOf, readProjectCosts } from '#cli/costs';
import type { RunRecord } from '#cli/runs';
import { deploymentSchema } from '#domain/deployment/settings';
import type { RunCosts, StageMonths } from '#schemas/records/costs';
import { pipeline } from '../functions/support/stage.ts';

const amount = (usd: number, unknown: string[] = [], about = false) => ({ usd, about, unknown });
const runWith = (costs?: Partial<RunCosts>): RunRecord =>
  ({ runId: 'r1', ...(costs ? { costs: { region: 'us-east-1', ...costs } } : {}) }) as RunRecord;

describe('the costs of a run', () => {
  it('are those of what it used, and the estimate before', () => {
    const estimated = { estimate: amount(0.2, [], true), like: 'r0' };
    expect(costCell(runWith(estimated))).toBe('~$0.2000');
    expect(describeCosts(runWith(estimated))).toBe('estimated at about $0.2000, from run r0');
    const ended = { ...estimated, actual: amount(1.5), byKind: { states: 0.1, training: 1.4, functions: 0 } };
    expect(costCell(runWith(ended))).toBe('$1.50');
    expect(describeCosts(runWith(ended))).toBe(
      '$1.50 (training $1.40, states $0.1000); estimated at about $0.2000, from run r0',
    );
  });

  it('say what is not known, and that a person began it over a budget', () => {
    const known = {
      actual: amount(1.5, ['sagemaker.training.ml.p9.huge']),
      byKind: { training: 1.5 },
      forced: 'budget.run of $1.00',
    };
    expect(describeCosts(runWith(known))).toBe(
      'at least $1.50 (training $1.50). begun by a person over budget.run of $1.00. ' +
        'Not known: sagemaker.training.ml.p9.huge. The amount is a lower bound; costs.yml takes prices.',
    );
  });

  it('are none of a run of an earlier version', () => {
    expect([costCell(runWith()), describeCosts(runWith())]).toEqual(['-', undefined]);
    expect(costCell(runWith({}))).toBe('-');
  });
});

describe('a month', () => {
  const costs: StageMonths = {
    month: '2026-12',
    spent: amount(21),
    byKind: { endpoint: 19, training: 2 },
    forecast: amount(95),
    before: 88.2,
    pipelines: [
      {
        pipeline: 'loan',
        runs: 2,
        spent: amount(21),
        byKind: { endpoint: 19, training: 2 },
        forecast: amount(95),
        endpointLeft: amount(60),
      },
    ],
  };
  const shown = (changes: Partial<StageMonths> = {}) =>
    stripVTControlCharacters(describeMonths({ ...costs, ...changes }));

  it('is a table with what is dearest and what would save', () => {
    expect(
      shown()
        .split('\n')
        .map((line) => line.replaceAll(/ {2,}/g, '  ')),
    ).toEqual([
      '2026-12: $21.00 until now, $95.00 at its end; the month before $88.20',
      'PIPELINE  RUNS  SPENT  FORECAST  TRAINING  SCORING  FUNCTIONS  STATES  ENDPOINT',
      'loan  2  $21.00  $95.00  $2.00  $0  $0  $0  $19.00',
      expect.stringMatching(/^dearest: the endpoint, \$19\.00\. Cheaper: a smaller deployment\.instances\.type/),
    ]);
  });

  it('says whether the forecast is within the budget, and what is not known', () => {
    expect(shown({ budget: 100 })).toMatch(/budget of the stage: \$100\.00$/m);
    expect(shown({ budget: 90 })).toContain('budget of the stage: $90.00, less than the forecast');
    expect(shown({ byKind: {}, forecast: amount(0, ['run r0']) })).toContain('Not known: run r0.');
    expect(shown({ byKind: {} })).not.toContain('dearest');
  });
});

describe('an endpoint', () => {
  const shown = (settings: object) =>
    describeEndpoint({ ...pipeline, deployment: deploymentSchema.parse(settings) }, { region: 'us-east-1' });

  it('costs its instances, and a second fleet at each roll-out', () => {
    expect(shown({})).toBe(
      'endpoint, 1 × ml.m5.large: $83.95 a month; each roll-out $0.0288 more, for a second fleet of 15 minutes',
    );
    expect(shown({ instances: { count: 4 }, strategy: 'rolling', percent: 25, bakeMinutes: 10 })).toContain(
      'endpoint, 4 × ml.m5.large: $335.80 a month; each roll-out $0.',
    );
    expect(shown({ serverless: {} })).toContain('endpoint, serverless: at least $0 a month; each roll-out $0 more');
  });
});

describe('costs.yml', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-costs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (text: string, stage = 'dev') => {
    writeFileSync(join(folder, 'costs.yml'), text);
    return readProjectCosts(stage, folder);
  };

  it('is not needed', () => {
    expect(readProjectCosts('dev', join(folder, 'none'))).toEqual({ prices: {} });
    expect(pricingOf({ stage: 'dev', region: 'eu-west-1' })).toEqual({ region: 'eu-west-1', own: {} });
  });

  it('has a budget and prices, and others for a stage', () => {
    const text = 'budget: { month: 500 }\nprices:\n  lambda.request: 0\nstages:\n  prod:\n    budget: { month: 900 }\n';
    expect(read(text)).toEqual({ budget: { month: 500 }, prices: { 'lambda.request': 0 } });
    expect(read(text, 'prod').budget).toEqual({ month: 900 });
  });

  it('is refused with the line of each problem, in the settings of every stage', () => {
    expect(() => read('budget: { month: 0 }\nprices:\n  lambda.requests: 1\n')).toThrow(/costs\.yml[\s\S]*1:[\s\S]*3:/);
    expect(() => read('stages:\n  prod:\n    budget:\n      week: 1\n')).toThrow(/stages\.prod\.budget/);
    expect(() => read('')).toThrow('leave it out');
    expect(() => read('budget: {')).toThrow('not valid YAML');
  });
});
