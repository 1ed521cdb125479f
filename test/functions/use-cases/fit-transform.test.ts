import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { DataQualityError } from '#domain/errors';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { profileSchema } from '#schemas/records/profile';
import { all, asXml, textOf } from '../../domain/reports/page.ts';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

const definition = smallPipeline({
  id: 'id',
  columns: {
    x: { role: 'feature', type: 'number' },
    c: { role: 'feature', type: 'category' },
    flat: { role: 'feature', type: 'number' },
  },
});
const header = 'id,y,x,c,flat\n';
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => {
    const i = from + k;
    return `i${i},${i % 3 === 0 ? 1 : 0},${i % 5 === 0 ? '' : (i * 37) % 1000},${'abc'[i % 3]},1\n`;
  }).join('');
const csvLines = (run: DataRun, key: string) =>
  readFileSync(join(run.folder, 'clean', key), 'utf8')
    .trimEnd()
    .split('\n');

async function fittedRun(): Promise<DataRun> {
  const run = await startRun(definition);
  run.drop('small/d/0.csv', header + rows(0, 500));
  run.drop('small/d/1.csv', header + rows(500, 900));
  await run.desensitize('small/d/0.csv', 0);
  await run.desensitize('small/d/1.csv', 1);
  return run;
}

describe('fitting a run', () => {
  test('uses the exact median of the training rows of all shards', async () => {
    using run = await fittedRun();
    await run.fit(2);
    const training = (await Promise.all([0, 1].map((i) => run.sided(i))))
      .flat()
      .filter((r) => r['_side'] === 'train' && r['x'] !== null)
      .map((r) => Number(r['x']))
      .toSorted((a, b) => a - b);
    const n = training.length;
    const median = ((training[Math.floor((n - 1) / 2)] ?? 0) + (training[Math.ceil((n - 1) / 2)] ?? 0)) / 2;
    expect((await run.fitted()).features[0]).toEqual({ kind: 'number', name: 'x', source: 'x', fill: median });
  });

  test('writes the transform, the merged profile and what it dropped', async () => {
    using run = await fittedRun();
    const summary = await run.fit(2);
    expect(summary).toMatchObject({ features: 4, dropped: 1, rows: 900, malformed: 0 });
    expect(summary.train + summary.validation + summary.test).toBe(900);
    const profile = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    expect(profile.rows).toBe(900);
    expect((await run.fitted()).dropped).toEqual([{ column: 'flat', reason: 'the same value in every training row' }]);
  });

  test('writes the holdout sample unpermuted, then once with each column dealt out anew', async () => {
    using run = await fittedRun();
    const { permuted } = await run.fit(2);
    const keys = cleanKeys(run.run);
    const lines = csvLines(run, keys.permuted).map((l) => l.split(','));
    const labels = await run.rows(`${keys.holdoutLabels}permuted.parquet`);
    expect(lines).toHaveLength(permuted);
    expect(labels).toHaveLength(permuted);
    const blocks = Map.groupBy(
      labels.map((l, i) => ({ ...l, features: lines[i] ?? [] })),
      (l) => (l as { block?: number }).block,
    );
    expect([...blocks.keys()]).toEqual([0, 1, 2]);
    const base = blocks.get(0) ?? [];
    // x is the first feature; c the other three
    for (const [block, touched, column] of [
      [1, [0], 'x'],
      [2, [1, 2, 3], 'c'],
    ] as const) {
      const rowsOf = blocks.get(block) ?? [];
      const untouched = [0, 1, 2, 3].filter((i) => !(touched as readonly number[]).includes(i));
      const pick = (rowsIn: typeof base, at: readonly number[]) =>
        rowsIn.map((r) => at.map((i) => r.features[i]).join());
      expect(rowsOf.map((r) => (r as { column?: unknown }).column)).toEqual(base.map(() => column));
      expect(pick(rowsOf, untouched)).toEqual(pick(base, untouched));
      expect(pick(rowsOf, touched)).not.toEqual(pick(base, touched));
      expect(pick(rowsOf, touched).toSorted()).toEqual(pick(base, touched).toSorted());
      expect(rowsOf.map((r) => (r as { _label?: unknown })._label)).toEqual(
        base.map((r) => (r as { _label?: unknown })._label),
      );
    }
  });

  test('gives the same objects when the task is retried', async () => {
    using run = await fittedRun();
    const keys = cleanKeys(run.run);
    const content = async () => {
      await run.fit(2);
      return [
        await run.fitted(),
        csvLines(run, keys.permuted),
        await run.rows(`${keys.holdoutLabels}permuted.parquet`),
      ];
    };
    expect(await content()).toEqual(await content());
  });

  test('refuses a drop that is not fit, and writes nothing', async () => {
    using run = await startRun(definition);
    run.drop('small/d/0.csv', header + rows(0, 300).replaceAll(/^(i\d+),[01]/gm, '$1,0'));
    await run.desensitize('small/d/0.csv');
    await expect(run.fit()).rejects.toThrow(DataQualityError);
    await expect(run.fit()).rejects.toThrow('Column "y" holds one class only, "0"');
    expect(await run.artifacts.list(artifactKeys(run.run).transform)).toEqual([]);
  });

  test('writes the data report, from what was measured, without a text of a row', async () => {
    using run = await startRun(definition);
    const named = (lines: string) => lines.replaceAll(',a,1', ',Zanzibar,1');
    run.drop('small/d/0.csv', header + named(rows(0, 900)));
    await run.desensitize('small/d/0.csv', 0);
    await run.fit(1);
    const page = readFileSync(join(run.folder, 'artifacts', artifactKeys(run.run).dataReport), 'utf8');
    const text = textOf(page);
    for (const words of [
      'Data report',
      'flat is no model input',
      'c may be known only after the outcome',
      'not used: the same value',
    ])
      expect(text).toContain(words);
    expect(page).toContain('<span class="mark bad">! leakage</span>');
    expect(text).toMatch(/x feature number, one model input 20 % \d{2,3} [45]\d\d(\.\d)? ± /);
    expect(all(page, /<figcaption><code>([^<]*)/g)).toEqual(['y', 'c', 'x', 'flat']);
    expect(page).not.toMatch(/Zanzibar|i\d\d\d</);
    expect(XMLValidator.validate(asXml(page))).toBe(true);
  });

  test('shows in the report which columns give the label away, where the pipeline refuses them', async () => {
    using run = await startRun(Object.assign({}, definition, { leakage: { action: 'refuse' } }));
    run.drop('small/d/0.csv', header + rows(0, 900));
    await run.desensitize('small/d/0.csv', 0);
    await run.divide(1);
    const reportOf = () => readFileSync(join(run.folder, 'artifacts', artifactKeys(run.run).report), 'utf8');
    expect(reportOf()).not.toContain('Drop refused');

    await expect(run.fit(1)).rejects.toThrow('to be known only after the outcome. "c"');
    expect(reportOf()).toContain('Drop refused');
    expect(reportOf()).toContain('<code>c</code>');
    const data = readFileSync(join(run.folder, 'artifacts', artifactKeys(run.run).dataReport), 'utf8');
    expect(data).toContain('<span class="mark bad">✕ refused</span><code>c</code>');
  });

  test('of a bottom-k sample takes the same rows from the shards as from the whole', async () => {
    using run = await fittedRun();
    await run.divide(2);
    const keys = cleanKeys(run.run);
    const sample = [...(await run.rows(keys.sample(0))), ...(await run.rows(keys.sample(1)))];
    const clean = [...(await run.sided(0)), ...(await run.sided(1))];
    // below k the sample is everything, each row once
    const wanted = clean.filter((r) => r['_side'] !== 'validation').map((r) => `${r['_side']} ${r['x']} ${r['c']}`);
    expect(sample.map((r) => `${r['_side']} ${r['x']} ${r['c']}`).toSorted()).toEqual(wanted.toSorted());
    expect(new Set(sample.map((r) => String(r['_hash']))).size).toBe(sample.length);
  });
});
