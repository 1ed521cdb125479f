import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyHistogram } from '#domain/drift/clean-bins';
import { cleanView } from '#domain/drift/clean-columns';
import { compareBy } from '#domain/drift/compare';
import { type DriftSettings, driftSchema } from '#domain/drift/settings';
import { text } from '#domain/sql/literals';
import { countCleanRows } from '#functions/shards/clean-counts';
import { type OpenEngine, openEngine } from '#functions/shards/duckdb';
import { parsePipeline } from '#schemas/load-pipeline';
import type { Histogram, Window } from '#schemas/records/baseline';

const root = join(import.meta.dirname, '..', '..', '..');
const file = join(root, 'pipelines', 'flight-delay.yml');
const { watched } = cleanView(parsePipeline(readFileSync(file, 'utf8'), file));
const flights = join(root, 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');

let engine: OpenEngine;
let bins: Histogram[];
let january: Window;
beforeAll(async () => {
  engine = await openEngine({ memoryMb: 1000, temporaryDirectory: tmpdir() });
  const sampled = await engine.query('sample', `SELECT * FROM ${month(1)} USING SAMPLE 20000 ROWS (reservoir, 1)`);
  bins = watched.map((view) =>
    emptyHistogram(view, {
      numbers: Float64Array.from(sampled, (row) => Number(row[view.source])),
      categories: sampled.map((row) => row[view.source] as string),
    }),
  );
  january = await countCleanRows(engine, bins, watched, month(1));
});
afterAll(() => engine.close());

/** The flights of a month of 2001 with their label, as clean rows have it. */
const month = (number: number): string =>
  `(SELECT *, CAST(delay > 15 AS INTEGER) AS _label FROM read_parquet(${text(flights)}) WHERE month(date) = ${number})`;

async function compare(number: number, drift: DriftSettings) {
  const window = await countCleanRows(engine, bins, watched, month(number));
  const report = compareBy(drift, { baseline: { version: 1, ...january }, window });
  const label = report.columns.find(({ column }) => column === 'delay');
  return { report, label: label as NonNullable<typeof label> };
}

describe('half a million US flights a month (2001), with January as the baseline', () => {
  // late: 20.5 % in January, 16.1 % in May, 21.3 % in June
  it.each([5, 6])('has a label in month %d that moved for certain, and too little to wake anybody', async (number) => {
    const { report, label } = await compare(number, driftSchema.parse({ schedule: 'rate(1 day)' }));

    expect(report.rows).toBeGreaterThan(500_000);
    expect(label.tests['chiSquare']?.p).toBeLessThan(1e-20);
    expect(label).toMatchObject({ drifted: false });
    expect(label.reason).toContain('more than chance, but too small to matter');
    expect(report.driftedColumns).toEqual([]);
  });

  it('has a label in May that drifted for whom four percentage points matter, and nothing else', async () => {
    const { report, label } = await compare(5, driftSchema.parse({ schedule: 'rate(1 day)', chiSquare: 0.03 }));

    expect(report.driftedColumns).toEqual(['delay']);
    expect(label.reason).toMatch(/20\.5 %.*16\.1 %|79\.5 %.*83\.9 %/);
  });
});
