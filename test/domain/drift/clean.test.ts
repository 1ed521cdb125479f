import { describe, expect, it } from 'vitest';
import { emptyHistogram } from '#domain/drift/clean-bins';
import { cleanView } from '#domain/drift/clean-columns';
import { numberCountsSql, readCategoryCounts, readNumberCounts } from '#domain/drift/count-sql';
import { coverageOf, coverageOfDrop, coverageOfInputs, coverageText } from '#domain/drift/coverage';
import { dropDriftWarnings } from '#domain/drift/drop-warnings';
import { pipelineSchema } from '#schemas/pipeline';
import type { DropDrift } from '#schemas/records/baseline';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import { smallPipeline } from '../../fakes/data-run.ts';

const pipelineOf = (dataset: Record<string, unknown>, rest?: Record<string, unknown>) =>
  pipelineSchema.parse(smallPipeline(dataset, rest));

describe('what a check of clean rows watches', () => {
  it('is the label, every kept column, and of dates what is missing', () => {
    const { watched, notWatched } = cleanView(
      pipelineOf({
        id: 'id',
        time: 'issued',
        columns: {
          x: { role: 'feature', type: 'number' },
          home: { role: 'slice' },
          open: { role: 'feature', type: 'boolean' },
          at: { role: 'feature', type: 'datetime', parts: ['month'] },
          note: { role: 'text', action: 'redact' },
          phone: { role: 'pii', action: 'drop' },
          memo: { role: 'ignore' },
        },
      }),
    );
    expect(watched.map(({ column, kind, bins }) => [column, kind, bins])).toEqual([
      ['y', 'category', ['0', '1']],
      ['x', 'number', 'values'],
      ['home', 'category', 'values'],
      ['open', 'category', ['false', 'true']],
      ['at', 'category', []],
      ['note', 'number', 'lengths'],
      ['note (language)', 'category', expect.arrayContaining(['English', 'Latin script'])],
      ['note (words)', 'category', expect.arrayContaining(['group 1', 'group 32', 'no words'])],
      ['note (redactions)', 'category', expect.arrayContaining(['none', 'several kinds', 'email'])],
    ]);
    expect(watched[0]?.sql).toBe("CASE CAST(_label AS INTEGER) WHEN 0 THEN '0' WHEN 1 THEN '1' END");
    expect(notWatched).toEqual([
      { column: 'id', reason: 'an id differs from row to row' },
      { column: 'issued', reason: 'dates move with the calendar' },
      { column: 'at', reason: 'dates move with the calendar: only missing values are watched' },
      { column: 'phone', reason: 'it is not kept with the clean rows' },
      { column: 'memo', reason: 'it is not kept with the clean rows' },
    ]);
  });

  it('leaves the columns of an embedding to the embedding', () => {
    const number = { role: 'feature', type: 'number' };
    const own = pipelineOf({ columns: { x: number, e0: number, e1: number }, embeddings: { text: 'e*' } });
    const { watched, parts, notWatched } = cleanView(own);
    expect(watched.map(({ column }) => column)).toEqual(['y', 'x']);
    expect(parts.map(({ column }) => column)).toEqual(['e0', 'e1']);
    const reason = 'part of the embedding text, which is watched as a whole';
    expect(notWatched).toEqual(['e0', 'e1'].map((column) => ({ column, reason })));
    const features = ['x', 'e0', 'e1'].map((name) => ({ kind: 'number', name, source: name, fill: null }));
    const x = { kind: 'number' as const, column: 'x', edges: [], counts: [0], missing: 0 };
    const clean = { rows: 1, columns: [x], notWatched: [...notWatched] };
    const found = coverageOfInputs(own, { features, dropped: [] }, { columns: [x], embeddings: ['text'] });
    expect(found).toMatchObject({ watched: 2, notWatched: [{ columns: ['y'] }, { reason, columns: ['e0', 'e1'] }] });
    expect(coverageOfDrop({ ...clean, embeddings: ['text'] }).watched).toBe(2);
    expect(coverageOfDrop(clean).watched).toBe(1);
  });

  it('reads the label of a regression as a number', () => {
    const evaluation = { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] };
    const { watched } = cleanView(pipelineOf({ label: { column: 'y' } }, { evaluation }));
    expect(watched[0]).toEqual({ column: 'y', kind: 'number', source: '_label', sql: '_label', bins: 'values' });
  });
});

describe('the bins of a clean column', () => {
  const view = { column: 'x', source: 'x', sql: 'x' };
  const numbers = Float64Array.from({ length: 100 }, (_, i) => i);

  it('end where all training values end, not where the sampled ones do', () => {
    const own = emptyHistogram({ ...view, kind: 'number', bins: 'values' }, { numbers, range: { min: -5, max: 500 } });
    expect(own).toMatchObject({ kind: 'number', missing: 0 });
    if (own.kind !== 'number') throw new Error('a column of numbers has edges');
    expect([own.edges[0], own.edges.at(-1), own.counts.length]).toEqual([-5, 500, own.edges.length + 1]);
    const sampled = emptyHistogram({ ...view, kind: 'number', bins: 'values' }, { numbers });
    expect(sampled).toMatchObject({ edges: expect.arrayContaining([0, 99]) });
  });

  it('are none without a value, and one for a constant', () => {
    const empty = { ...view, kind: 'number', bins: 'values' } as const;
    expect(emptyHistogram(empty, {})).toMatchObject({ edges: [], counts: [0] });
    expect(emptyHistogram(empty, { range: { min: null, max: null } })).toMatchObject({ edges: [] });
    const constant = { numbers: Float64Array.of(2, 2), range: { min: 2, max: 2 } };
    expect(emptyHistogram(empty, constant)).toMatchObject({ edges: [2, 2], counts: [0, 0, 0] });
  });

  it('are the frequent categories, a fixed list, or lengths', () => {
    const sampled = { categories: ['b', 'a', null, 'b'] };
    expect(emptyHistogram({ ...view, kind: 'category', bins: 'values' }, sampled)).toMatchObject({
      categories: ['b', 'a'],
      counts: [0, 0, 0],
    });
    expect(emptyHistogram({ ...view, kind: 'category', bins: 'values' }, {})).toMatchObject({ categories: [] });
    expect(emptyHistogram({ ...view, kind: 'category', bins: [] }, {})).toMatchObject({ categories: [], counts: [0] });
    const lengths = emptyHistogram({ ...view, kind: 'number', bins: 'lengths' }, {});
    expect(lengths).toMatchObject({ edges: expect.arrayContaining([0, 1, 2, 64]) });
  });
});

describe('counts of rows', () => {
  const histogram = { kind: 'number' as const, column: 'x', edges: [0, 5, 10], counts: [0, 0, 0, 0], missing: 0 };

  it('are those from bound to bound, where a value on an edge is in the bin above, and on the last one below', () => {
    const sql = numberCountsSql([{ histogram, sql: '"x"' }], 'rows');
    expect(sql).toContain("CAST('[-5e-324, 4.999999999999999, 10]' AS DOUBLE[])");
    const [own] = readNumberCounts([{ histogram, sql: '"x"' }], { rows: 20, v0: 17, h0: '1 5 9 2' });
    expect(own).toEqual({ ...histogram, counts: [1, 5, 9, 2], missing: 3 });
  });

  it('of equal edges have a bin without a row', () => {
    const twice = { ...histogram, edges: [-2, 5, 5, 10], counts: [0, 0, 0, 0, 0] };
    expect(numberCountsSql([{ histogram: twice, sql: '"x"' }], 'rows')).toContain(
      "CAST('[-2.0000000000000004, 4.999999999999999, 10]' AS DOUBLE[])",
    );
    const [own] = readNumberCounts([{ histogram: twice, sql: '"x"' }], { rows: 17, v0: 17, h0: '1 5 9 2' });
    expect(own).toEqual({ ...twice, counts: [1, 5, 0, 9, 2], missing: 0 });
  });

  it('of a column without a value are zero', () => {
    const [own] = readNumberCounts([{ histogram, sql: 'NULL' }], { rows: 20, v0: 0, h0: null });
    expect(own).toEqual({ ...histogram, missing: 20 });
  });

  it('of categories that no row has are zero', () => {
    const categories = { kind: 'category' as const, column: 'c', categories: ['a'], counts: [0, 0], missing: 0 };
    expect(readCategoryCounts([{ histogram: categories, sql: 'c' }], [{ name: 0, bin: 1, count: 4 }])).toEqual([
      { ...categories, counts: [0, 4], missing: 0 },
    ]);
  });
});

describe('the coverage of a check', () => {
  const pipeline = pipelineOf({
    columns: {
      x: { role: 'feature', type: 'number' },
      year: { role: 'feature', type: 'number' },
      at: { role: 'feature', type: 'datetime', parts: ['month'] },
      home: { role: 'slice' },
      phone: { role: 'pii', action: 'drop' },
    },
  });
  const features: FittedFeature[] = [
    { kind: 'number', name: 'x', source: 'x', fill: null },
    { kind: 'datetime', name: 'at month', source: 'at', part: 'month' },
  ];
  const fitted = { features, dropped: [{ column: 'year', reason: 'the same value in every training row' }] };
  const baseline = { columns: [{ kind: 'number' as const, column: 'x', edges: [], counts: [0], missing: 0 }] };

  it('says of requests which columns they do not hold, and why', () => {
    expect(coverageOfInputs(pipeline, fitted, baseline)).toEqual({
      watched: 1,
      notWatched: [
        {
          reason: 'requests hold what the model reads alone; drops are watched for it',
          count: 2,
          columns: ['y', 'home'],
        },
        {
          reason:
            'no model input (the same value in every training row): requests hold what the model reads alone; drops are watched for it',
          count: 1,
          columns: ['year'],
        },
        { reason: 'parts of dates move with the calendar', count: 1, columns: ['at'] },
        { reason: 'it is not kept with the clean rows', count: 1, columns: ['phone'] },
      ],
    });
  });

  it('says that words are not watched, where no statistic of their text is', () => {
    const words = pipelineOf({ columns: { note: { role: 'feature', type: 'text', statistics: [] } } });
    const bucket = { kind: 'text-words', name: 'note#1', source: 'note', ngrams: [1], buckets: 2, bucket: 1, idf: 1 };
    expect(coverageOfInputs(words, { features: [bucket], dropped: [] }, { columns: [] }).notWatched).toContainEqual({
      reason: 'words of a text: its statistics are watched',
      count: 1,
      columns: ['note'],
    });
  });

  it('says of a model from an earlier version that it has no more', () => {
    const { notWatched } = coverageOfInputs(pipeline, fitted, baseline, { isDrop: true });
    expect(notWatched[0]?.reason).toContain('trained before Tidegate kept a baseline');
  });

  it('names twenty columns for a reason, and is readable', () => {
    const many = Array.from({ length: 25 }, (_, i) => ({ column: `c${i}`, reason: 'a reason' }));
    const coverage = coverageOf(1, many);
    expect(coverage.notWatched).toEqual([
      { reason: 'a reason', count: 25, columns: many.slice(0, 20).map((c) => c.column) },
    ]);
    expect(coverageText(coverage)).toMatch(/^1 column watched\. Not watched: c0, .*c19, and 5 more \(a reason\)\.$/);
    expect(coverageText(coverageOf(3, many.slice(0, 1)))).toBe('3 columns watched. Not watched: c0 (a reason).');
    expect(coverageText(coverageOf(2, []))).toBe('2 columns watched.');
  });
});

describe('the warning of a drop', () => {
  const drift: DropDrift = {
    rows: 10,
    tooSmall: false,
    columns: [],
    drifted: true,
    driftedColumns: ['yr', 'cnt'],
    champion: 'r1',
    coverage: { watched: 11, notWatched: [] },
  };

  it('names the columns that drifted', () => {
    expect(dropDriftWarnings(drift)).toEqual([
      'The drop differs from the data that r1 was trained on: 2 of 11 columns drifted: "yr", "cnt".',
    ]);
    const many = Array.from({ length: 23 }, (_, i) => `c${i}`);
    expect(dropDriftWarnings({ ...drift, driftedColumns: many })[0]).toMatch(/"c19" and 3 more\.$/);
  });

  it('says what all columns together drifted by', () => {
    const together = {
      column: 'all columns together',
      tests: {},
      drifted: true,
      reason: 'Classifier AUC 0.8 is over 0.6.',
      rows: 500,
      columns: 4,
      causes: [],
      leftOut: [],
    };
    expect(dropDriftWarnings({ ...drift, driftedColumns: [], together })).toEqual([
      'The drop differs from the data that r1 was trained on: 0 of 11 columns drifted. All columns together drifted: Classifier AUC 0.8 is over 0.6.',
    ]);
  });

  it('is none without drift, and without a comparison', () => {
    expect(dropDriftWarnings({ ...drift, drifted: false })).toEqual([]);
    expect(dropDriftWarnings(undefined)).toEqual([]);
  });
});
