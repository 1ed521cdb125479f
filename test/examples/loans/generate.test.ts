import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readCsvHeader } from '#domain/data/header';
import { createBayesAuc } from '#examples/loans/bayes-auc';
import { writeLoanBook } from '#examples/loans/generate';
import { defaultSettings, headerLine, loanBook } from '#examples/loans/loan-book';
import { parsePipeline } from '#schemas/load-pipeline';

const folder = mkdtempSync(join(tmpdir(), 'loans-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, ...rest: Parameters<typeof writeLoanBook> extends [string, ...infer R] ? R : never) =>
  writeLoanBook(join(folder, name), ...rest);
const lines = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');
const pipelineFile = new URL('../../../pipelines/loan-default.yml', import.meta.url);
const pipeline = parsePipeline(readFileSync(pipelineFile, 'utf8'), 'pipelines/loan-default.yml');

describe('the loan book', () => {
  test('is the same for the same seed, and another for another', async () => {
    const [a, b, c] = [await write('a', 500), await write('b', 500), await write('c', 500, { seed: 8 })];
    expect(lines(a.files[0] ?? '')).toEqual(lines(b.files[0] ?? ''));
    expect(lines(a.files[0] ?? '')).not.toEqual(lines(c.files[0] ?? ''));
  });
  test('deals its rows out to shards in order, each with a header', async () => {
    const whole = lines((await write('whole', 100)).files[0] ?? '');
    const parts = (await write('parts', 100, {}, 3)).files.map(lines);
    expect(parts.map((p) => p.length - 1)).toEqual([33, 33, 34]);
    expect(parts.map((p) => p[0])).toEqual([whole[0], whole[0], whole[0]]);
    expect(parts.flatMap((p) => p.slice(1))).toEqual(whole.slice(1));
  });
  test('has the base rate and the achievable AUC it promises', async () => {
    const { defaultRate, bayesAuc } = await write('rates', 30_000);
    expect(defaultRate).toBeGreaterThan(0.13);
    expect(defaultRate).toBeLessThan(0.17);
    expect(bayesAuc).toBeGreaterThan(0.79);
    expect(bayesAuc).toBeLessThan(0.81);
  });
  test('names nobody: e-mails, phones and ids lie in ranges kept for examples', () => {
    for (const { line } of loanBook(300, defaultSettings)) {
      const [, , email, phone, nationalId] = line.split(',');
      expect(email).toMatch(/^[a-z.]+\.\d+@example\.com$/);
      expect(phone).toMatch(/^\+1-\d{3}-555-01\d\d$/);
      expect(nationalId).toMatch(/^9\d\d-\d\d-\d{4}$/);
    }
  });
  test('holds the columns of its pipeline', () => {
    const start = Buffer.from(`${headerLine({})}\nx`);
    expect(readCsvHeader(pipeline, 'f', start).columns).toHaveLength(21);
  });
  test('in a downturn has lower incomes, more defaults and another process behind them', async () => {
    const [normal, downturn] = [
      [...loanBook(5000, defaultSettings)],
      [...loanBook(5000, { ...defaultSettings, economy: 'downturn' })],
    ];
    const rate = (book: typeof normal) => book.filter((l) => l.defaulted).length / book.length;
    const income = (book: typeof normal) =>
      book
        .map((l) => Number(l.line.split(',')[10]))
        .filter((v) => v > 0)
        .toSorted((a, b) => a - b)[2000] ?? 0;
    expect(rate(downturn)).toBeGreaterThan(rate(normal) + 0.06);
    expect(income(downturn)).toBeLessThan(income(normal) * 0.92);
  });
});

describe('a damaged book', () => {
  const rowsOf = (damage: 'labels' | 'units' | 'column' | 'delimiter') => [
    ...loanBook(4000, { ...defaultSettings, damage }),
  ];
  test('with worthless labels has the usual rate but no relation to the loans', () => {
    const auc = createBayesAuc();
    let ranked = 0;
    const rows = rowsOf('labels');
    const [bad, good] = [rows.filter((r) => r.defaulted), rows.filter((r) => !r.defaulted)];
    for (const b of bad) for (const g of good) ranked += b.probability > g.probability ? 1 : 0;
    expect(ranked / (bad.length * good.length)).toBeGreaterThan(0.46);
    expect(ranked / (bad.length * good.length)).toBeLessThan(0.54);
    for (const r of rows) auc.add(r.probability);
    expect(auc.auc()).toBeGreaterThan(0.75);
  });
  test('in wrong units has incomes in cents', () => {
    const income = (rows: ReturnType<typeof rowsOf>) =>
      rows
        .map((r) => r.line.split(',')[10])
        .filter((v) => v !== '')
        .map(Number);
    expect(income(rowsOf('units'))).toEqual(income([...loanBook(4000, defaultSettings)]).map((v) => v * 100));
  });
  test('without a column, or with another delimiter, is refused by the header check', () => {
    const start = (damage: 'column' | 'delimiter') =>
      Buffer.from(`${headerLine({ damage })}\n${rowsOf(damage)[0]?.line}\n`);
    expect(() => readCsvHeader(pipeline, 'f', start('column'))).toThrow('missing "dti"');
    expect(() => readCsvHeader(pipeline, 'f', start('delimiter'))).toThrow('Is the delimiter ";"?');
  });
});

describe('the best possible AUC', () => {
  test('is the chance that a positive outranks a negative, ties counting half', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 40 }), (percents) => {
        const chances = percents.map((p) => p / 100);
        const bayes = createBayesAuc();
        let [won, pairs] = [0, 0];
        for (const p of chances) {
          bayes.add(p);
          for (const q of chances) {
            const weight = p * (1 - q);
            pairs += weight;
            won += weight * (p > q ? 1 : p === q ? 0.5 : 0);
          }
        }
        expect(bayes.auc()).toBeCloseTo(won / pairs, 9);
        expect(bayes.rate()).toBeCloseTo(chances.reduce((a, b) => a + b, 0) / chances.length, 9);
      }),
    );
  });
});
