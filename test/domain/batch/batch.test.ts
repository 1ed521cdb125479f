import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countBatch } from '#domain/batch/counts';
import { batchForm, formatOfFiles } from '#domain/batch/form';
import { batchIdentity, batchItems, batchKeys, batchPrefix } from '#domain/batch/layout';
import { locateBatch } from '#domain/batch/locate';
import { classNames, classOf, scoredRowsSql, scoreFields } from '#domain/batch/score-columns';
import { expectedColumns } from '#domain/data/columns';
import { formatOfName } from '#domain/runs/drop';
import { isBatchKey, isReservedKey } from '#domain/runs/reserved-folders';
import { pipelineSchema } from '#schemas/pipeline';
import { batchCountsSchema, type ShardScores } from '#schemas/records/batch';
import type { ShardCounts } from '#schemas/records/shard-counts';
import { smallPipeline } from '../../fakes/data-run.ts';

describe('the layout of batches', () => {
  const run = { pipeline: 'loan', runId: 'b1' };

  it('has results below the folder that is no drop', () => {
    expect(batchPrefix('loan')).toBe('loan/batch/');
    expect(batchKeys(run).prefix).toBe('loan/batch/b1/');
    expect(batchKeys(run).scores(7, 'jsonl')).toBe('loan/batch/b1/scores-00007.jsonl');
    expect(batchKeys(run).malformed).toBe('loan/batch/b1/malformed.jsonl');
    expect([batchItems.one('b1'), batchItems.claim('h')]).toEqual(['batch#b1', 'batch-drop#h']);
  });

  it('keeps its folder and that of outcomes apart from drops', () => {
    expect(['loan/batch/a/x.csv', 'loan/outcomes/x.csv', 'loan/jan/batch/x.csv'].map(isReservedKey)).toEqual([
      true,
      true,
      false,
    ]);
    expect(['loan/batch/a/x.csv', 'loan/outcomes/x.csv', 'loan/batches/x.csv'].map(isBatchKey)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('tells folders, contents and models apart, and shows none of them', () => {
    const part = fc.string();
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
        expect(batchIdentity(...a) === batchIdentity(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(batchIdentity(...a)).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});

describe('the batch of an object', () => {
  const marked = { name: 'loan', dataset: { trigger: { marker: '_SUCCESS' } } };
  const each = { name: 'loan', dataset: { trigger: { eachObject: true as const, quietPeriodSeconds: 60 } } };

  it.each([
    ['loan/batch/feb/_SUCCESS', marked, { prefix: 'loan/batch/feb/' }],
    ['loan/batch/2026/feb/_SUCCESS', marked, { prefix: 'loan/batch/2026/feb/' }],
    ['loan/batch/feb/a.csv', marked, { unfit: expect.stringContaining('not the marker') }],
    ['loan/batch/_x/_SUCCESS', marked, { unfit: expect.stringContaining('starts with _ or .') }],
    ['loan/batch/feb/a.csv', each, { prefix: 'loan/batch/feb/' }],
    ['loan/batch/feb/day=1/a.csv', each, { prefix: 'loan/batch/feb/' }],
    ['loan/batch/feb/.a.csv', each, { unfit: expect.stringContaining('starts with _ or .') }],
  ])('%s of %j', (key, pipeline, found) => {
    expect(locateBatch(key, pipeline)).toEqual(found);
  });

  it.each([
    ['loan/batch/_SUCCESS', marked],
    ['loan/batch/a.csv', each],
  ])('%s is in no folder of its own', (key, pipeline) => {
    expect(() => locateBatch(key, pipeline)).toThrow(/below loan\/batch\/<folder>\//);
  });
});

describe('how files to score are read', () => {
  const columns = {
    x: { role: 'feature', type: 'number' },
    sex: { role: 'slice' },
    email: { role: 'pii', action: 'drop' },
  };
  const of = (dataset: object, rest: object = {}) =>
    pipelineSchema.parse(
      smallPipeline({ columns: { x: columns.x, sex: columns.sex, email: columns.email }, ...dataset }, { ...rest }),
    );

  it('reads the id and the model inputs, and nothing else', () => {
    const form = batchForm(of({ id: 'id', time: 'at', from: { id: 'Id', at: 'At' } }), 'csv');

    expect(expectedColumns(form)).toEqual(['id', 'x']);
    expect(form.dataset).toMatchObject({ format: 'csv', from: { id: 'Id' }, extraColumns: 'ignore', unlabelled: true });
    expect(form.dataset).not.toHaveProperty('time');
  });

  it('needs neither id nor the columns of the split', () => {
    const form = batchForm(of({ time: 'at' }, { split: { strategy: 'time', gap: '1d' } }), 'parquet');

    expect(expectedColumns(form)).toEqual(['x']);
    expect(form.split).toMatchObject({ strategy: 'stratified' });
    expect(form.split).not.toHaveProperty('gap');
    expect(form.dataset).not.toHaveProperty('from');
  });

  it('reads the column that says whose a value is', () => {
    const shifted = {
      role: 'quasi',
      action: 'dateShift',
      days: 30,
      subject: 'person',
      feature: { type: 'datetime', parts: ['month'] },
    };
    const person = { role: 'pii', action: 'drop' };
    const form = batchForm(of({ columns: { x: columns.x, seen: shifted, person, sex: columns.sex } }), 'csv');

    expect(expectedColumns(form)).toEqual(['x', 'seen', 'person']);
  });

  it('knows the format by the names, and that of the pipeline first', () => {
    expect(formatOfFiles(['a.parquet', 'b.parquet'], 'csv')).toBe('parquet');
    expect(formatOfFiles(['a.parquet', 'b.tsv'], 'csv')).toBe('csv');
    expect(formatOfFiles(['a.unknown'], 'jsonl')).toBe('jsonl');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a.csv', 'b.jsonl.gz', 'c.parquet', 'd')),
        fc.constantFrom('csv', 'jsonl', 'parquet'),
        (keys, own) => {
          const format = formatOfFiles(keys, own as 'csv');
          expect([own, ...keys.map(formatOfName)]).toContain(format);
        },
      ),
    );
  });
});

describe('the columns of files with scores', () => {
  const label = { classes: ['no', 'yes'] };
  const binary = {
    fitted: { task: 'binary', label },
    answers: [{ label: 'no' }, { label: 'yes' }],
    threshold: 0.4,
  } as never;
  const open = {
    fitted: { task: 'binary', label },
    answers: [
      { label: null, atMost: 5 },
      { label: null, above: 5 },
    ],
    threshold: 0.4,
  } as never;
  const multiclass = {
    fitted: { task: 'multiclass', label: { classes: ['a', "b's"] } },
    answers: [],
    threshold: 0.5,
  } as never;
  const regression = { fitted: { task: 'regression', label: { classes: [] } }, answers: [], threshold: 0.5 } as never;
  const sql = (model: object) => scoredRowsSql({ ...model, modelVersion: 3, hasId: true } as never, 'p', 's');

  it('names the classes of a task', () => {
    expect([binary, open, multiclass, regression].map(classNames)).toEqual([
      ['no', 'yes'],
      ['negative', 'positive'],
      ['a', "b's"],
      [],
    ]);
  });

  it('answers a row as predict does', () => {
    const of = (model: never, ...scores: number[]) => classOf(model, Float64Array.from(scores));
    expect([
      of(binary, 0.39),
      of(binary, 0.4),
      of(multiclass, 0.2, 0.8),
      of(multiclass, 0.5, 0.5),
      of(regression, 7),
    ]).toEqual([0, 1, 1, 0, undefined]);
  });

  it('has a score for each class of many, and one otherwise', () => {
    expect(scoreFields((multiclass as { fitted: never }).fitted)).toEqual({
      _row: 'BIGINT',
      class: 'INTEGER',
      s0: 'DOUBLE',
      s1: 'DOUBLE',
    });
    expect(scoreFields((binary as { fitted: never }).fitted)).toEqual({
      _row: 'BIGINT',
      class: 'INTEGER',
      s0: 'DOUBLE',
    });
  });

  it('joins places and scores in the order of the rows', () => {
    expect(sql(binary)).toBe(
      `SELECT _file + 1 AS file, _line AS line, _id AS id, CASE class WHEN 0 THEN 'no' WHEN 1 THEN 'yes' END AS label, s0 AS score, class = 1 AS positive, 3 AS "modelVersion" FROM p AS places JOIN s AS scores USING (_row) ORDER BY _row`,
    );
    expect(sql(open)).toContain('WHEN 0 THEN NULL WHEN 1 THEN NULL END AS label');
    expect(sql(multiclass)).toContain(
      `WHEN 1 THEN 'b''s' END AS label, s0 AS "probability of a", s1 AS "probability of b's"`,
    );
    expect(sql(regression)).toContain('s0 AS value');
    expect(
      scoredRowsSql({ ...(regression as object), modelVersion: 1, hasId: false } as never, 'p', 's'),
    ).not.toContain('_id');
  });

  it('refuses a task that it does not know', () => {
    const odd = { fitted: { task: 'ranking', label }, answers: [], threshold: 0 } as never;
    for (const act of [() => classNames(odd), () => classOf(odd, new Float64Array(1)), () => sql(odd)])
      expect(act).toThrow(TypeError);
  });
});

describe('the counts of a batch', () => {
  const read = (rows: number, malformed = 0): ShardCounts =>
    ({
      rows,
      malformed: {
        rows: malformed,
        reasons: malformed === 0 ? [] : [{ column: 'x', reason: 'not a number', count: malformed }],
      },
    }) as never;
  const scores = (...classes: number[]): ShardScores => ({
    rows: classes.reduce((a, b) => a + b, 0),
    classes: classes.map((rows, i) => ({ label: `c${i}`, rows })),
  });

  it('adds up shards, the largest first', () => {
    expect(countBatch([read(10, 2), read(5), read(3, 3)], [scores(3, 5), scores(4, 1)])).toEqual({
      rows: 18,
      scored: 13,
      malformed: 5,
      problems: [{ column: 'x', reason: 'not a number', count: 5 }],
      classes: [
        { label: 'c0', rows: 7 },
        { label: 'c1', rows: 6 },
      ],
    });
  });

  it('has the mean of values', () => {
    const counts = countBatch(
      [read(4)],
      [
        { rows: 3, classes: [], sum: 6 },
        { rows: 1, classes: [], sum: 2 },
      ],
    );
    expect(counts.mean).toBe(2);
    expect(countBatch([read(1, 1)], [])).not.toHaveProperty('mean');
  });

  it('says when a row was lost', () => {
    expect(() => countBatch([read(10, 2)], [scores(3, 4)])).toThrow(
      /10 rows, of which 7 were scored and 2 are malformed/,
    );
  });

  it('accounts for every row, whatever the shards are', () => {
    const shard = fc.record({ scored: fc.array(fc.nat(50), { maxLength: 30 }), malformed: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(shard), (shards) => {
        const found = shards.map(({ scored }) => scores(...scored));
        const counts = countBatch(
          shards.map(({ malformed }, i) => read((found[i]?.rows ?? 0) + malformed, malformed)),
          found,
        );
        expect(batchCountsSchema.parse(counts)).toEqual(counts);
        expect(counts.scored + counts.malformed).toBe(counts.rows);
        expect(counts.classes.length).toBeLessThanOrEqual(20);
        expect(counts.problems.reduce((sum, { count }) => sum + count, 0)).toBe(counts.malformed);
      }),
    );
  });
});
