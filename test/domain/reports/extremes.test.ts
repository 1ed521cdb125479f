import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { evaluate } from '#domain/evaluation/evaluate';
import { applyGates } from '#domain/gates/apply';
import type { ReportInput } from '#domain/reports/input';
import { renderReport } from '#domain/reports/render';
import type { Evaluation } from '#schemas/records/evaluation';
import { all, asXml } from './page.ts';
import { sampleReport } from './sample.ts';

describe('extreme models', () => {
  const bootstrap = { resamples: 100, seed: 1 };
  const report = (evaluation: Evaluation): string => {
    const metric = evaluation.task === 'regression' ? 'rmse' : 'accuracy';
    const verdict = applyGates({ gates: [{ metric, min: 0 }], evaluation });
    return renderReport({ ...sampleReport(evaluation.task, { champion: false }), evaluation, verdict });
  };
  const labels = Float64Array.of(0, 1, 0, 1, 1);

  it.each<[string, Evaluation]>([
    ['a perfect one', evaluate({ task: 'binary', threshold: 0.5, bootstrap, labels, candidate: labels })],
    [
      'a constant one',
      evaluate({ task: 'binary', threshold: 0.5, bootstrap, labels, candidate: labels.map(() => 0.1) }),
    ],
    [
      'one that is always wrong',
      evaluate({ task: 'binary', threshold: 0.5, bootstrap, labels, candidate: labels.map((l) => 1 - l) }),
    ],
    ['a regression that is exact', evaluate({ task: 'regression', bootstrap, labels, candidate: labels })],
    [
      'a constant regression',
      evaluate({ task: 'regression', bootstrap, labels: labels.map(() => 3), candidate: labels.map(() => 3) }),
    ],
  ])('are drawn: %s', (_, evaluation) => {
    const page = report(evaluation);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(XMLValidator.validate(asXml(page))).toBe(true);
  });

  it('mark no point of operation where nothing is predicted positive', () => {
    const constant = evaluate({ task: 'binary', threshold: 0.5, bootstrap, labels, candidate: labels.map(() => 0.1) });
    const pr = /id="pr-t"[\s\S]*?<\/svg>/.exec(report(constant))?.[0] ?? '';
    // the legend's mark alone
    expect(all(pr, /<circle/g)).toHaveLength(1);
  });

  it('take importances that are all zero', () => {
    const evaluation = evaluate({
      task: 'binary',
      threshold: 0.5,
      bootstrap,
      labels,
      candidate: labels,
      importances: [{ column: 'x', mean: 0, std: 0 }],
    });
    expect(report(evaluation)).not.toMatch(/NaN|Infinity/);
  });
});

describe('hostile names', () => {
  it('stay text wherever they appear', () => {
    const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&`;
    const input = sampleReport('multiclass');
    const { evaluation } = input;
    if (evaluation.task !== 'multiclass') expect.unreachable();
    const names = evaluation.confusion.labels.map((label, i) => (i === 0 ? attack : label));
    const hostile: ReportInput = {
      ...input,
      pipeline: attack,
      description: attack,
      runId: attack,
      startedAt: attack,
      reason: attack,
      champion: attack,
      evaluation: {
        ...evaluation,
        confusion: { ...evaluation.confusion, labels: names },
        perClass: evaluation.perClass.map((row) => ({ ...row, class: attack })),
        importances: [{ column: attack, mean: 0.1, std: 0.01 }],
      },
      verdict: { passed: false, gates: input.verdict.gates.map((gate) => ({ ...gate, gate: attack, reason: attack })) },
      data: {
        ...input.data,
        label: attack,
        classes: [attack],
        malformed: { rows: 1, reasons: [{ column: attack, reason: attack, count: 1 }] },
        columns: [{ column: attack, role: attack, treatment: attack, missing: 1 }],
      },
      lineage: {
        datasetVersion: attack,
        objects: [{ id: attack, size: 1, versionId: attack }],
        gitCommit: attack,
        configHash: attack,
        hyperparameters: { [attack]: attack },
        facts: [{ name: attack, value: attack }],
      },
    };
    const page = renderReport(hostile);
    expect(page).not.toMatch(/<script|<img|onerror='/);
    expect(all(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/g).length).toBeGreaterThan(20);
    expect(XMLValidator.validate(asXml(page))).toBe(true);
  });
});
