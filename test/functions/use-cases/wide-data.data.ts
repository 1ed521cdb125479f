import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { factsSql } from '#domain/constraints/facts';
import { constrainedData } from '#domain/constraints/subjects';
import { cleanSelect } from '#domain/data/clean';
import { cleanColumns } from '#domain/data/columns';
import { groupsSql } from '#domain/data/groups';
import { dealtSql, unpermutedSql } from '#domain/data/importance';
import { categoriesSql, columnsProfileSql, profiledColumns } from '#domain/data/profile';
import { slices } from '#domain/data/slices';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { openEngine } from '#functions/shards/duckdb';
import { parsePipeline } from '#schemas/load-pipeline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { smallPipeline, startRun } from '../../fakes/data-run.ts';

const specOf = (i: number) =>
  i % 4 === 3 ? ({ role: 'feature', type: 'category' } as const) : ({ role: 'feature', type: 'number' } as const);
const columnsOf = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`c${i}`, specOf(i)]));
const field = (row: number, i: number): string =>
  i % 4 === 3 ? 'abc'.charAt((row + i) % 3) : String((row * (i + 7)) % 101);

describe('a drop with many columns', () => {
  test('passes every step of the preparation, without a declared id', async () => {
    const columns = 450;
    using run = await startRun(smallPipeline({ columns: columnsOf(columns) }));
    const rows = Array.from({ length: 150 }, (_, row) =>
      [row % 2, ...Array.from({ length: columns }, (_, i) => field(row, i))].join(','),
    );
    run.drop('small/d/0.csv', `y,${Object.keys(columnsOf(columns)).join(',')}\n${rows.join('\n')}\n`);
    await run.desensitize('small/d/0.csv', 0);
    const summary = await run.fit(1);
    await run.encode(0);
    expect(summary.rows).toBe(150);
    const profile = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    expect(Object.keys(profile.columns)).toHaveLength(columns);
    expect(profile.columns['c447']).toMatchObject({ kind: 'category', missing: 0, rest: 0 });
    const counted = profile.columns['c447'];
    const total = counted?.kind === 'category' ? counted.counts.reduce((sum, [, count]) => sum + count, 0) : 0;
    expect(total).toBe(profile.sides.train.rows);
    const permuted = readFileSync(join(run.folder, 'clean', cleanKeys(run.run).permuted), 'utf8')
      .trimEnd()
      .split('\n');
    expect(permuted).toHaveLength(summary.permuted);
    expect(permuted.every((line) => line.split(',').length === summary.features)).toBe(true);
  }, 60_000);

  test('takes statements that grow linearly with the columns', () => {
    const lengths = (n: number) => {
      const pipeline = parsePipeline(JSON.stringify(smallPipeline({ columns: columnsOf(n) })), 'small.yml');
      const profiled = profiledColumns(cleanColumns(pipeline));
      const features = profiled.map(({ name }) => ({ kind: 'number', name, source: name, fill: 0 }));
      const fitted = { features } as unknown as FittedTransform;
      const input = { missingAlone: '', zerosAlone: '' } as Parameters<typeof unpermutedSql>[1];
      const names = Object.keys(columnsOf(n));
      const statements: Record<string, readonly string[]> = {
        clean: [cleanSelect(pipeline, { sql: 'raw' }).sql],
        groups: [groupsSql(pipeline, 'rows')],
        facts: factsSql(constrainedData(pipeline), [], 'rows'),
        profile: slices(profiled).map((some) => columnsProfileSql(some, 'rows')),
        categories: slices(names).map((some) => categoriesSql(some, 'rows')),
        unpermuted: [unpermutedSql(fitted, input, 200, 'sample')],
        permuted: names.map((name) => dealtSql(name, 'seed', 't')),
      };
      return Object.entries(statements).map(([name, texts]) => [name, texts.join('').length] as const);
    };
    const [some, more] = [lengths(500), new Map(lengths(1000))];
    for (const [name, length] of some) expect((more.get(name) ?? 0) / length, name).toBeLessThan(2.2);
  });
});

describe('the engine', () => {
  test('makes no joins of lists of values', async () => {
    const engine = await openEngine({ memoryMb: 512 });
    try {
      const values = Array.from({ length: 50 }, (_, i) => `'${i}'`).join(', ');
      const [plan] = await engine.query(
        'explain',
        `EXPLAIN SELECT CAST(i AS VARCHAR) IN (${values}) FROM range(9) t(i)`,
      );
      expect(JSON.stringify(plan)).not.toContain('JOIN');
    } finally {
      engine.close();
    }
  });
});

describe('a column of very large numbers', () => {
  test('is profiled, whatever finite values it has', async () => {
    using run = await startRun(
      smallPipeline({ columns: { x: { role: 'feature', type: 'number' }, z: { role: 'feature', type: 'number' } } }),
    );
    const huge = ['1.7e308', '-1.7e308', '1e155', '3', '1.7e308'];
    const rows = Array.from({ length: 120 }, (_, i) => `${i % 2},${huge[i % 5]},${i}`);
    run.drop('small/d/0.csv', `y,x,z\n${rows.join('\n')}\n`);
    run.drop('small/d/1.csv', `y,x,z\n${rows.map((row) => row.replace(/,(\d+)$/, ',1$1')).join('\n')}\n`);
    await run.desensitize('small/d/0.csv', 0);
    await run.desensitize('small/d/1.csv', 1);
    await run.fit(2);
    const { columns } = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    expect(columns['x']).toMatchObject({ train: { min: -1.7e308, max: 1.7e308, m2: Number.MAX_VALUE } });
    const mean = columns['x']?.kind === 'number' ? columns['x'].train.mean : Number.NaN;
    expect(mean).toBeGreaterThan(1e307);
    expect(mean).toBeLessThan(1e308);
  });
});
