import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmptyDropError, SchemaMismatchError } from '#domain/errors';
import { describeContent, planShards, selectDropObjects } from '#domain/runs/drop';
import { parsePipeline } from '#schemas/load-pipeline';

const { dataset } = parsePipeline(
  'name: loans\ndataset:\n  format: csv\n  label: { column: y, positive: 1 }\n  columns: { x: { role: feature, type: number } }\nevaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }\n',
  'loans.yml',
);
const object = (key: string, size = 10) => ({ key, size, etag: `etag-${key}`, versionId: 'v1' });

describe('selectDropObjects', () => {
  it('leaves markers and hidden objects out and sorts by key', () => {
    const found = selectDropObjects(
      'loans/d/',
      [
        object('loans/d/b.csv'),
        object('loans/d/_SUCCESS', 0),
        object('loans/d/.crc'),
        object('loans/d/a.csv.gz'),
        object('loans/d/', 0),
      ],
      dataset,
    );

    expect(found.map(({ key }) => key)).toEqual(['loans/d/a.csv.gz', 'loans/d/b.csv']);
  });

  it.each([
    '_temporary/0/task_1/part-0.csv',
    'sub/_temporary/part-0.csv',
    '.ipynb_checkpoints/a-checkpoint.csv',
    'sub/.ipynb_checkpoints/a.csv',
    '_delta_log/0.csv',
    'year=2026/_SUCCESS',
    'year=2026/.part-0.csv.crc',
    '.DS_Store',
    'sub/._a.csv',
    '_a=b.csv',
    '__MACOSX/a.csv',
  ])('takes %s for no data, and its version does not depend on it', (name) => {
    const data = [object('loans/d/year=2026/a.csv'), object('loans/d/_month=1/a.csv'), object('loans/d/sub/a.csv')];
    const found = selectDropObjects('loans/d/', [...data, object(`loans/d/${name}`)], dataset);

    expect(found.map(({ key }) => key)).toEqual(data.map(({ key }) => key).toSorted());
    expect(describeContent('loans/d/', found)).toBe(describeContent('loans/d/', data));
  });

  it('looks at names below the drop only', () => {
    const hand = object('loans/_named/a.csv');
    expect(selectDropObjects('loans/_named/', [hand], dataset)).toEqual([hand]);
  });

  it('names a few of many objects', () => {
    const many = Array.from({ length: 5000 }, (_, i) => object(`loans/d/${i}-${'x'.repeat(900)}.xlsx`));
    const attempt = () => selectDropObjects('loans/d/', many, dataset);

    expect(attempt).toThrow(/^loans\/d\/0-x+…, .* and 4,995 more: the pipeline reads csv/);
  });

  it('refuses a drop of markers only', () => {
    expect(() => selectDropObjects('loans/d/', [object('loans/d/_SUCCESS', 0)], dataset)).toThrow(EmptyDropError);
  });

  it('names an empty file', () => {
    expect(() => selectDropObjects('loans/d/', [object('loans/d/a.csv', 0)], dataset)).toThrow('loans/d/a.csv');
  });

  it('names a file of another format and what is read', () => {
    const attempt = () => selectDropObjects('loans/d/', [object('loans/d/a.xlsx')], dataset);

    expect(attempt).toThrow(SchemaMismatchError);
    expect(attempt).toThrow(/a\.xlsx.*reads csv/);
  });
});

describe('planShards', () => {
  it('makes one shard an object, pinned to its version where there is one', () => {
    const { versionId: _, ...unversioned } = object('b.csv');

    expect(planShards([object('a.csv'), unversioned])).toEqual([
      { index: 0, key: 'a.csv', size: 10, versionId: 'v1' },
      { index: 1, key: 'b.csv', size: 10 },
    ]);
  });
});

describe('describeContent', () => {
  const objects = fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,8}\.csv$/),
      size: fc.nat(),
      etag: fc.stringMatching(/^[0-9a-f]{8}$/),
    }),
    { maxLength: 6 },
  );
  const at = (prefix: string, list: readonly { name: string; size: number; etag: string }[]) =>
    list.map(({ name, size, etag }) => ({ key: prefix + name, size, etag }));

  it('is the same for the same content in another folder and another order', () => {
    fc.assert(
      fc.property(objects, (list) => {
        expect(describeContent('loans/a/', at('loans/a/', list))).toBe(
          describeContent('loans/b/', at('loans/b/', list.toReversed())),
        );
      }),
    );
  });

  it('differs when a size or an ETag differs', () => {
    const one = [{ key: 'p/a.csv', size: 1, etag: 'x' }];

    expect(describeContent('p/', one)).not.toBe(describeContent('p/', [{ key: 'p/a.csv', size: 2, etag: 'x' }]));
    expect(describeContent('p/', one)).not.toBe(describeContent('p/', [{ key: 'p/a.csv', size: 1, etag: 'y' }]));
  });
});
