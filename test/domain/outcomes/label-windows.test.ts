import { describe, expect, it } from 'vitest';
import { driftSchema } from '#domain/drift/settings';
import { judgeWindow, type LabelledRun, metricOfRun, verdictsOf } from '#domain/outcomes/label-windows';
import { answersOf, thinOut, windowSample } from '#domain/outcomes/labelled-rows';
import { describeTruth } from '#domain/outcomes/truth';
import type { DriftHistory } from '#schemas/records/drift-history';
import { labelledModelSchema, labelVerdictSchema } from '#schemas/records/label-window';
import { type Outcome, outcomeSchema } from '#schemas/records/outcome';
import { performanceReferenceSchema } from '#schemas/records/performance-estimate';
import { drawSample } from '../drift/labels/samples.ts';

const window = { from: '2026-01-01', to: '2026-01-08' };
const holdout = drawSample({ seed: 1, rows: 800 });
const reference = performanceReferenceSchema.parse({
  version: 1,
  task: 'binary',
  classes: 2,
  threshold: 0.5,
  inputs: [
    { at: 0, column: 'x' },
    { at: 2, column: 'noise' },
  ],
  leftOut: [],
  rows: holdout.rows,
  values: [...(holdout.inputs ?? [])].filter((_, i) => i % 3 !== 1),
  scores: [...holdout.scores],
  labels: [...holdout.labels],
  slices: [{ column: 'region', values: ['north', 'south'], groups: [...(holdout.groups.get('region') ?? [])] }],
});
const facts = { task: 'binary', threshold: 0.5, classes: ['no', 'yes'] } as const;
const evaluation = { gates: [{ metric: 'auc', min: 0.5 }], bootstrap: { resamples: 100, seed: 3 } };
const drift = driftSchema.parse({ schedule: 'rate(1 day)' });
const check = (checkedAt: string, from: string, value: number): DriftHistory =>
  ({
    checkedAt,
    runId: 'r1',
    window: { from, to: checkedAt, rows: 900 },
    performance: {
      status: 'estimated',
      reason: 'an estimate',
      metrics: [
        { metric: 'auc', reference: 0.83, value, low: value - 0.05, high: value + 0.05 },
        { metric: 'unknown', reference: 1, value: 1, low: 1, high: 1 },
      ],
    },
  }) as unknown as DriftHistory;
const run = (own: Partial<LabelledRun> = {}): LabelledRun => ({
  facts,
  drift,
  evaluation,
  reference,
  checks: [],
  ...own,
});

/** Outcomes of a sample, an hour apart from the start of the window on. */
function outcomes(given: Parameters<typeof drawSample>[0], answer: object = {}): Outcome[] {
  const sample = drawSample({ rows: 400, ...given });
  return Array.from({ length: sample.rows }, (_, row) =>
    outcomeSchema.parse({
      inferenceId: `id-${row}`,
      row: 0,
      predictedAt: new Date(Date.parse('2026-01-01T00:00:00Z') + (row % 160) * 3_600_000).toISOString(),
      at: '2026-02-01T00:00:00Z',
      value: sample.labels[row],
      answers: [
        {
          runId: 'r1',
          modelPackageVersion: 4,
          role: 'champion',
          returned: true,
          scores: [sample.scores[row]],
          inputs: [...(sample.inputs ?? [])].slice(row * 3, row * 3 + 3),
          groups: { region: sample.groups.get('region')?.[row] },
          failed: false,
          ...answer,
        },
      ],
    }),
  );
}
const judge = (given: readonly Outcome[], own: Partial<LabelledRun> = {}) =>
  judgeWindow(window, given, new Map([['r1', run(own)]])).map((model) => labelledModelSchema.parse(model));

describe('a window of labels', () => {
  it('judges each model that answered by all checks', () => {
    const [model, ...others] = judge(outcomes({ seed: 2 }));

    expect(others).toEqual([]);
    expect(model).toMatchObject({ runId: 'r1', modelPackageVersion: 4, rows: 400, judged: true, severity: 'none' });
    expect(model?.findings.map(({ check: name, measured }) => [name, measured])).toEqual([
      ['performance', true],
      ['calibration', true],
      ['slices', true],
      ['relation', true],
    ]);
  });

  it('finds a model that labels contradict, with the settings of a pipeline without drift checks too', () => {
    const [model] = judge(outcomes({ seed: 3, truth: (odds) => -odds }), { drift: undefined });
    expect(model).toMatchObject({ severity: 'critical', judged: true });
  });

  it('uses what the log has: rows without inputs or groups are judged by the rest', () => {
    const [model] = judge(outcomes({ seed: 2 }, { inputs: undefined, groups: undefined }));
    expect(model?.findings.filter(({ measured }) => !measured).map(({ check: name }) => name)).toEqual([
      'slices',
      'relation',
    ]);
  });

  it('does not judge few rows, a run that kept nothing, and a model that answered nothing', () => {
    expect(judge(outcomes({ seed: 2, rows: 20 }))[0]).toMatchObject({
      judged: false,
      reason: '20 rows with labels so far: drift.minRows is 200',
    });
    expect(judge(outcomes({ seed: 2 }), { reference: undefined })[0]).toMatchObject({ judged: false, findings: [] });
    expect(judge(outcomes({ seed: 2 }), { reference: { ...reference, rows: 0 } })[0]).toMatchObject({ judged: false });
    expect(judge(outcomes({ seed: 2 }, { failed: true }))).toEqual([]);
    expect(judge(outcomes({ seed: 2 }, { runId: 'r9' }))).toEqual([]);
  });

  it('leaves out rows whose class the model does not know', () => {
    const [first, ...rest] = outcomes({ seed: 2 });
    const strange = { ...(first as Outcome), value: 'perhaps' };
    expect(answersOf([strange, ...rest], 'r1', facts)).toHaveLength(399);
  });

  it('is judged by the settings of the pipeline, and by a holdout of an earlier version as far as it goes', () => {
    const labels = { checks: ['performance' as const], calibration: 0.001 };
    const strict = driftSchema.parse({ schedule: 'rate(1 day)', labels, performance: { maxDrop: 0.5 } });
    const [model] = judge(outcomes({ seed: 3, truth: (odds) => odds + 1 }), { drift: strict });
    expect(model?.findings.find(({ check: name }) => name === 'calibration')).toMatchObject({ severity: 'note' });
    const { slices: _, ...former } = reference;
    const values = former.values.map((value, i) => (i === 0 ? null : value));
    const [bare] = judge(outcomes({ seed: 2 }), { reference: { ...former, values } });
    expect(bare?.findings.find(({ check: name }) => name === 'slices')).toMatchObject({ measured: false });
  });

  it('is judged by the metric of the pipeline', () => {
    expect(metricOfRun(run())).toBe('auc');
    expect(
      metricOfRun(run({ drift: driftSchema.parse({ schedule: 'rate(1 day)', performance: { metric: 'brier' } }) })),
    ).toBe('brier');
  });
});

describe('an estimate beside the truth', () => {
  const rows = outcomes({ seed: 2 });

  it('is that of the check whose window has most of these days, and says whether its interval has the truth', () => {
    const checks = [
      check('2026-01-09T00:00:00Z', '2026-01-08T12:00:00Z', 0.2),
      check('2026-01-08T00:00:00Z', '2026-01-01T00:00:00Z', 0.83),
      check('2026-01-04T00:00:00Z', '2026-01-01T00:00:00Z', 0.4),
    ];
    const [model] = judge(rows, { checks });

    expect(model?.truth).toMatchObject({ checkedAt: '2026-01-08T00:00:00Z', rows: 400 });
    expect(model?.truth?.metrics).toMatchObject([{ metric: 'auc', covered: true }]);
    const text = model?.truth && describeTruth(model.truth, 'auc');
    expect(text).toMatch(
      /^the check of 2026-01-08T00:00Z estimated auc 0\.83 \(0\.78 to 0\.88\); 400 labels of its window show 0\.8\d* \(.*\), within the interval$/,
    );
    const [off] = judge(rows, { checks: [check('2026-01-08T00:00:00Z', '2026-01-01T00:00:00Z', 0.6)] });
    expect(off?.truth && describeTruth(off.truth, undefined)).toContain('outside of the interval');
  });

  it('is absent where no check estimated these days, few of its rows have labels, or the metrics are not measured', () => {
    const none = {
      ...check('2026-01-08T00:00:00Z', '2026-01-01T00:00:00Z', 0.8),
      performance: { status: 'none', reason: '' },
    } as DriftHistory;
    const unmeasured = check('2026-01-08T00:00:00Z', '2026-01-01T00:00:00Z', 0.8);
    unmeasured.performance.metrics = unmeasured.performance.metrics?.slice(1);
    const bare = check('2026-01-08T00:00:00Z', '2026-01-01T00:00:00Z', 0.8);
    delete bare.performance.metrics;
    const early = check('2026-01-01T03:00:00Z', '2026-01-01T00:00:00Z', 0.8);
    for (const checks of [[], [none], [unmeasured], [bare], [early]]) {
      expect(judge(rows, { checks })[0]?.truth).toBeUndefined();
    }
    const empty = { checkedAt: '2026-01-08T00:00:00Z', from: '', to: '', rows: 0, metrics: [] };
    expect(describeTruth(empty, 'auc')).toBeUndefined();
  });
});

describe('the verdict of a window', () => {
  it('has the findings in words alone, and no measure', () => {
    const models = judge(outcomes({ seed: 2 }), {
      checks: [check('2026-01-08T00:00:00Z', '2026-01-01T00:00:00Z', 0.83)],
    });
    const [verdict] = verdictsOf({ ...window, models }, () => 'auc').map((own) => labelVerdictSchema.parse(own));

    expect(verdict).toMatchObject({ from: '2026-01-01', modelPackageVersion: 4, severity: 'none', judged: true });
    expect(verdict?.estimate).toContain('estimated auc');
    expect(JSON.stringify(verdict)).not.toContain('measures');
  });
});

describe('many outcomes', () => {
  it('are thinned out by a hash of their rows: whoever draws, draws the same', () => {
    const all = outcomes({ seed: 2 });
    const drawn = thinOut(all, 100);
    expect(drawn).toHaveLength(100);
    expect(new Set(thinOut(all.toReversed(), 100))).toEqual(new Set(drawn));
    expect(thinOut(all, 400)).toBe(all);
  });

  it('as one side of a comparison have the inputs that the holdout kept', () => {
    const answers = answersOf(outcomes({ seed: 2, rows: 3 }), 'r1', facts);
    const sample = windowSample(answers, reference);
    expect(sample.inputs).toHaveLength(6);
    expect(sample.inputs?.[1]).toBe(answers[0]?.answer.inputs?.[2]);
    const { slices: _, ...former } = reference;
    expect(windowSample(answers, former).groups.size).toBe(0);
  });
});
