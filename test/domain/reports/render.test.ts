import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { evaluate } from '#domain/evaluation/evaluate';
import { renderReport } from '#domain/reports/render';
import { all, asXml, textOf } from './page.ts';
import { sampleReport } from './sample.ts';

const tasks = ['binary', 'multiclass', 'regression'] as const;
describe.each(tasks)('the report of a %s run', (task) => {
  const input = sampleReport(task);
  const page = renderReport(input);

  it('is one file: nothing is loaded, nothing runs', () => {
    expect(/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    );
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form|image|use)\b/i);
    expect(page).not.toMatch(/\s(src|href|xlink:href|on\w+|style)=/i);
    expect(page).not.toMatch(/@import|url\(/i);
  });

  it('is well-formed down to every element', () => {
    const xml = asXml(page);
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(new XMLParser().parse(xml)).toHaveProperty('html.body.main');
  });

  it('names every plot and describes it to those who cannot see it', () => {
    const ids = all(page, /\sid="([^"]+)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    for (const list of all(page, /aria-labelledby="([^"]+)"/g))
      for (const id of list.split(' ')) expect(ids).toContain(id);
    const plots = all(page, /<svg class="(?:plot|interval)"[\s\S]*?<\/svg>/g);
    expect(plots.length).toBeGreaterThan(3);
    for (const plot of plots) expect(plot).toMatch(/role="img"[^>]*>\s*<title[^>]*>[^<]+<\/title>/);
    for (const plot of plots.filter((svg) => svg.includes('class="plot"')))
      expect(plot).toMatch(/<desc[^>]*>[^<]+<\/desc>/);
  });

  it('gives every table a caption and every head cell a scope', () => {
    for (const table of all(page, /<table[\s\S]*?<\/table>/g)) expect(table).toMatch(/<caption/);
    for (const head of all(page, /<th\b[^>]*>/g)) expect(head).toMatch(/scope="(col|row)"/);
  });

  it('draws only finite numbers', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('shows every gate with its reason and every metric of both models', () => {
    const text = textOf(page);
    for (const { gate, reason } of input.verdict.gates) {
      expect(text).toContain(gate);
      expect(text).toContain(reason);
    }
    expect(all(page, /worse · better/g)).toHaveLength(1);
    const metrics = /<h2 id="metrics">[\s\S]*?<\/section>/.exec(page)?.[0] ?? '';
    expect(all(metrics, /<tr><th scope="row">/g)).toHaveLength(Object.keys(input.evaluation.metrics).length);
  });

  it('is the same for the same input', () => {
    expect(renderReport(sampleReport(task))).toBe(page);
  });
});

describe('the verdict', () => {
  it('passes in words, not in colour alone', () => {
    const text = textOf(renderReport(sampleReport('binary')));
    expect(text).toContain('Passed All 3 gates are passed: the candidate may be registered.');
    expect(all(text, /✓ passed/g)).toHaveLength(3);
  });

  it('refuses in words and says how many gates failed', () => {
    const none = textOf(renderReport(sampleReport('regression')));
    expect(none).toContain('Refused 2 of 2 gates are not passed: the candidate is not registered.');
    const one = textOf(
      renderReport(
        sampleReport('binary', {
          gates: [
            { metric: 'auc', min: 0.99 },
            { metric: 'f1', min: 0.1 },
          ],
        }),
      ),
    );
    expect(one).toContain('1 of 2 gates is not passed');
    expect(one).toContain('✕ not passed');
  });

  it('shows a gate of a kind that is no longer known by its value, or by a dash when it has none', () => {
    const { verdict, ...rest } = sampleReport('binary');
    const unknown = (value: number | null, interval: { low: number; high: number } | null) => ({
      gate: 'old gate',
      kind: 'of-another-version',
      passed: true,
      value,
      bound: 0.5,
      interval,
      reason: 'as it was',
    });
    const shown = (value: number | null, interval: { low: number; high: number } | null = { low: 0.4, high: 0.6 }) =>
      renderReport({ ...rest, verdict: { ...verdict, gates: [unknown(value, interval)] } });
    expect(textOf(shown(0.55))).toMatch(/old gate\s*0\.550\s/);
    expect(textOf(shown(0.55, { low: 0.5498, high: 0.5502 }))).toMatch(/old gate\s*0\.55000\s/);
    expect(textOf(shown(0.55, null))).toMatch(/old gate\s*0\.5500\s/);
    expect(shown(0.55)).toContain('0.55, 95 % interval 0.4 to 0.6; bound 0.5');
    expect(textOf(shown(null))).toMatch(/old gate\s*–\s*as it was/);
  });

  it('takes a single gate', () => {
    const text = textOf(renderReport(sampleReport('binary', { gates: [{ metric: 'auc', min: 0.5 }] })));
    expect(text).toContain('The gate is passed');
  });

  it('marks a worse candidate as worse, whichever way the metric points', () => {
    const input = sampleReport('binary');
    const { evaluation } = input;
    if (evaluation.task !== 'binary' || !evaluation.champion) expect.unreachable();
    const { differences } = evaluation.champion;
    Object.assign(differences['auc'] ?? {}, { difference: -0.05, low: -0.06, high: -0.04 });
    Object.assign(differences['log_loss'] ?? {}, { difference: 0.05, low: 0.04, high: 0.06 });
    const page = renderReport(input);
    const tone = (metric: string) => new RegExp(`${metric} <span[\\s\\S]*?estimate (\\w+)"`).exec(page)?.[1];
    expect(tone('ROC AUC')).toBe('bad');
    expect(tone('Log-loss')).toBe('bad');
    expect(tone('PR AUC')).toBe('good');
    expect(tone('Recall')).toBe('neutral');
  });

  it('bounds the difference from above where lower is better', () => {
    const gates = [{ metric: 'brier' as const, vsChampion: { notWorseBy: 0.01, confidence: 0.95 } }];
    expect(textOf(renderReport(sampleReport('binary', { gates })))).toMatch(/at most [−+]?0\.\d+/);
  });
});

describe('what is not there', () => {
  it('is said: no champion yet', () => {
    for (const task of tasks) {
      const page = renderReport(sampleReport(task, { champion: false }));
      expect(textOf(page)).toContain('There is no champion yet to compare with.');
      expect(textOf(page)).toContain('champion none yet');
      expect(page).not.toContain('worse · better');
      expect(page).not.toContain('line champion');
    }
  });

  it('leaves the champion unnamed when it has no name', () => {
    const { champion: _, ...input } = sampleReport('binary');
    expect(renderReport(input)).toContain('>Champion</th>');
  });

  it('leaves out importance, description, malformed rows and versions', () => {
    const input = sampleReport('binary');
    const page = renderReport({
      ...input,
      description: undefined,
      evaluation: { ...input.evaluation, importances: [] },
      data: { ...input.data, rows: 0, malformed: { rows: 0, reasons: [] } },
      lineage: { ...input.lineage, objects: [{ id: 'a', size: 1 }] },
    });
    expect(page).not.toContain('importance"');
    expect(page).not.toContain('class="about"');
    expect(page).not.toContain('Malformed rows, left out');
    expect(page).toContain('<th scope="row">1</th>');
  });

  it('shows a dash for the label of a side without rows', () => {
    const input = sampleReport('regression');
    const sides = input.data.sides.map((side) =>
      side.side === 'validation' ? { ...side, rows: 0, label: null } : side,
    );
    expect(textOf(renderReport({ ...input, data: { ...input.data, sides } }))).toContain('validation 0 0 % – –');
  });
});

describe('what is long', () => {
  it('is summed up: objects past twenty-five, columns past the twenty most important', () => {
    const input = sampleReport('binary');
    const objects = Array.from({ length: 1300 }, (_, i) => ({ id: `part-${i}`, size: 1024 }));
    const importances = Array.from({ length: 60 }, (_, i) => ({ column: `column_${i}`, mean: 1 / (i + 1), std: 0.01 }));
    const page = renderReport({
      ...input,
      evaluation: { ...input.evaluation, importances },
      lineage: { ...input.lineage, objects },
    });
    expect(textOf(page)).toContain('and 1,275 more, listed in drop.json of the run');
    expect(textOf(page)).toContain('Objects of the drop, in the order of their names: 1,300, 1.3 MiB');
    expect(textOf(page)).toContain('the 20 most important of 60 columns');
    expect(page).toContain('column_19');
    expect(page).not.toContain('column_20');
  });

  it('says how many columns the importances leave out', () => {
    const input = sampleReport('binary');
    const importances = [{ column: 'amount', mean: 0.1, std: 0.01 }];
    const of = (importanceNotMeasured?: number) =>
      renderReport({ ...input, evaluation: { ...input.evaluation, importances, importanceNotMeasured } });
    expect(of(4961)).toContain('not measured: 4,961 columns that say less alone');
    expect(of(1)).toContain('not measured: 1 column that says less alone');
    expect(of()).not.toContain('not measured');
  });

  it('shortens names in plots but keeps them whole for a pointer', () => {
    const page = renderReport(sampleReport('binary'));
    expect(page).toContain('a_column_with_quite_a_long_…<title>a_column_with_quite_a_long_name_indeed</title>');
  });

  it.each([6, 20])('draws a confusion matrix of %i classes', (k) => {
    const classes = Array.from({ length: k }, (_, i) => `a rather long class name ${i}`);
    const labels = Float64Array.from({ length: 4 * k }, (_, row) => row % k);
    const candidate = new Float64Array(4 * k * k);
    labels.forEach((label, row) => {
      candidate[row * k + ((label + (row < k ? 1 : 0)) % k)] = 1;
    });
    const evaluation = evaluate({
      task: 'multiclass',
      labels,
      candidate,
      classes,
      bootstrap: { resamples: 100, seed: 1 },
    });
    const page = renderReport({ ...sampleReport('multiclass', { champion: false }), evaluation });
    expect(all(page, /class="cell (?:hit|miss)"/g)).toHaveLength(k * k);
    expect(page.includes('class="cell-text')).toBe(k === 6);
    expect(page).not.toMatch(/NaN/);
  });

  it('says when a large holdout had fewer resamples than asked for, and when rows are weighted', () => {
    const input = sampleReport('binary');
    const bootstrap = { ...input.evaluation.bootstrap, requested: 1000 };
    const text = textOf(renderReport({ ...input, evaluation: { ...input.evaluation, bootstrap, weighted: true } }));
    expect(text).toContain('100 bootstrap resamples (of 1,000 requested: the holdout is large)');
    expect(text).toContain('are weighted; counts are of rows');
  });
});
