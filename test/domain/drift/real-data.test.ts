import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildBaseline, buildWindow, type RowsInput } from '#domain/drift/baseline';
import { compareWindow } from '#domain/drift/compare';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { createRandom } from '#domain/random';

const folder = new URL('../../../../shared/data/', import.meta.url);
const limits = { thresholds: thresholdsOf(driftSchema.parse({ schedule: 'rate(1 day)' })), minRows: 100 };

type Table = Map<string, Float64Array>;

/** Numeric columns of a gzipped CSV; skipped with a notice where the public data sets are not at hand. */
function readTable(file: string, columns: readonly string[]): Table {
  const [head, ...lines] = gunzipSync(readFileSync(new URL(file, folder)))
    .toString()
    .trim()
    .split(/\r?\n/);
  const names = (head as string).split(',').map((name) => name.replaceAll('"', ''));
  const rows = lines.map((line) => line.split(','));
  return new Map(columns.map((name) => [name, Float64Array.from(rows, (row) => Number(row[names.indexOf(name)]))]));
}

const pick = (table: Table, rows: readonly number[]): RowsInput => ({
  rows: rows.length,
  columns: [...table].map(([column, values]) => ({
    column,
    kind: 'number',
    values: Float64Array.from(rows, (row) => values[row] as number),
  })),
});
const span = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Two disjoint random parts of `rows`: one to train on, one of `size` rows as a window. */
function deal(rows: readonly number[], size: number, seed: number): [number[], number[]] {
  const random = createRandom(seed);
  const shuffled = rows.map((row) => ({ row, key: random.float() })).sort((a, b) => a.key - b.key);
  return [shuffled.slice(size).map(({ row }) => row), shuffled.slice(0, size).map(({ row }) => row)];
}

describe.skipIf(!existsSync(new URL('elec2.csv.gz', folder)))('drift of the electricity market (ELEC2)', () => {
  const table = existsSync(new URL('elec2.csv.gz', folder))
    ? readTable('elec2.csv.gz', ['period', 'nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'])
    : new Map();
  const before = span(0, 17_424);
  const week = 7 * 48;

  it('raises no alarm on random windows of the same period', () => {
    let alarms = 0;
    for (let seed = 0; seed < 20; seed++) {
      const [train, window] = deal(before, week, seed);
      const baseline = buildBaseline(pick(table, train));
      if (compareWindow({ baseline, window: buildWindow(baseline, pick(table, window)), ...limits }).drifted)
        alarms += 1;
    }
    expect(alarms).toBe(0);
  });

  it('catches the three constant columns in the first week they move, and not the time of day', () => {
    const baseline = buildBaseline(pick(table, before));
    const report = compareWindow({
      baseline,
      window: buildWindow(baseline, pick(table, span(17_424, 17_424 + week))),
      ...limits,
    });
    expect(report.driftedColumns).toEqual(expect.arrayContaining(['vicprice', 'vicdemand', 'transfer']));
    expect(report.driftedColumns).not.toContain('period');
    expect(report.columns.find(({ column }) => column === 'vicprice')?.reason).toMatch(
      /within the training range went from 100 % to \d/,
    );
  });
});

describe.skipIf(!existsSync(new URL('bike_sharing_hour.csv.gz', folder)))('drift of bike sharing', () => {
  const table = existsSync(new URL('bike_sharing_hour.csv.gz', folder))
    ? readTable('bike_sharing_hour.csv.gz', ['yr', 'hr', 'weekday', 'temp', 'hum', 'windspeed', 'cnt'])
    : new Map();
  const rowsOf = (year: number): number[] => span(0, 17_379).filter((row) => table.get('yr')?.[row] === year);

  it('raises no alarm on random windows of the same year', () => {
    let alarms = 0;
    for (let seed = 0; seed < 20; seed++) {
      const [train, window] = deal(rowsOf(0), seed < 10 ? 150 : 1000, seed);
      const baseline = buildBaseline(pick(table, train));
      if (compareWindow({ baseline, window: buildWindow(baseline, pick(table, window)), ...limits }).drifted)
        alarms += 1;
    }
    expect(alarms).toBe(0);
  });

  it('sees demand double in 2012 while the hours of the day stay as they were', () => {
    const baseline = buildBaseline(pick(table, rowsOf(0)));
    const [, window] = deal(rowsOf(1), 1000, 3);
    const report = compareWindow({ baseline, window: buildWindow(baseline, pick(table, window)), ...limits });
    expect(report.driftedColumns).toEqual(expect.arrayContaining(['yr', 'cnt']));
    for (const steady of ['hr', 'weekday']) expect(report.driftedColumns).not.toContain(steady);
  });
});
