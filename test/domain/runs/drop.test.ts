import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataEngineError, EmptyDropError, SchemaMismatchError } from '#domain/errors';
import {
  describeContent,
  listFiles,
  needsLocating,
  packedBytes,
  packedFiles,
  parallelShards,
  planShards,
  recordObjects,
  refuseLargeArchives,
  selectDropObjects,
  shardName,
  textBytes,
} from '#domain/runs/drop';
import { parsePipeline } from '#schemas/load-pipeline';

const { dataset } = parsePipeline(
  'name: loans\ndataset:\n  format: csv\n  label: { column: y, positive: 1 }\n  columns: { x: { role: feature, type: number } }\nevaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }\n',
  'loans.yml',
);
const object = (key: string, size = 10) => ({ key, size, etag: `etag-${key}`, versionId: 'v1' });

describe('selectDropObjects', () => {
  const withMarker = (marker: string) => ({ ...dataset, trigger: { marker } });
  const keysOf = (marker: string, ...objects: ReturnType<typeof object>[]) =>
    selectDropObjects('loans/d/', objects, withMarker(marker)).map(({ key }) => key);

  it.each(['READY', 'done.ok', 'manifest'])('leaves out the marker %s, whatever it holds', (marker) => {
    for (const size of [0, 12])
      expect(keysOf(marker, object('loans/d/a.csv'), object(`loans/d/${marker}`, size))).toEqual(['loans/d/a.csv']);
  });

  it('leaves out a marker with the ending of a data file only when it is empty', () => {
    expect(keysOf('last.csv', object('loans/d/a.csv'), object('loans/d/last.csv', 0))).toEqual(['loans/d/a.csv']);
    expect(keysOf('last.csv', object('loans/d/a.csv'), object('loans/d/last.csv'))).toHaveLength(2);
  });

  it('refuses an empty file that is not the marker', () => {
    expect(() => keysOf('READY', object('loans/d/a.csv'), object('loans/d/DONE', 0))).toThrow(EmptyDropError);
    const everyObject = { ...dataset, trigger: { eachObject: true as const, quietPeriodSeconds: 0 } };
    expect(() => selectDropObjects('loans/d/', [object('loans/d/READY', 0)], everyObject)).toThrow(EmptyDropError);
  });

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
    '_committed_7310',
    '_started_7310',
    'year=2026_$folder$',
    'year=2026/month=1_$folder$',
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

  it('counts a few of many objects', () => {
    const many = Array.from({ length: 5000 }, (_, i) => object(`loans/d/${i}-${'x'.repeat(900)}.xlsx`));
    const attempt = () => selectDropObjects('loans/d/', many, dataset);

    expect(attempt).toThrow(/: files 1, 2, 3, 4, 5 and 4,995 more of the drop, .* The pipeline reads csv/);
  });

  it('refuses a drop of markers only', () => {
    expect(() => selectDropObjects('loans/d/', [object('loans/d/_SUCCESS', 0)], dataset)).toThrow(EmptyDropError);
  });

  it('gives the position of an empty file that is no data file', () => {
    expect(() => selectDropObjects('loans/d/', [object('loans/d/b', 0), object('loans/d/a.csv')], dataset)).toThrow(
      'Empty: file 2 of the drop, in the order of their names.',
    );
  });

  it('keeps an empty data file, which is a part without rows, unless all are', () => {
    const [empty, full] = [object('loans/d/b.csv', 0), object('loans/d/a.csv.zst')];
    expect(selectDropObjects('loans/d/', [empty, full], dataset)).toEqual([full, empty]);
    expect(() => selectDropObjects('loans/d/', [empty], dataset)).toThrow(EmptyDropError);
  });

  it('gives the position of a file of another format and what is read', () => {
    const attempt = () => selectDropObjects('loans/d/', [object('loans/d/a.xlsx')], dataset);

    expect(attempt).toThrow(SchemaMismatchError);
    expect(attempt).toThrow(/file 1 of the drop.*reads csv/);
    expect(attempt).not.toThrow(/a\.xlsx/);
  });
});

describe('the shards of a drop', () => {
  const sizes = fc.array(
    fc.record({
      ending: fc.constantFrom('csv', 'CSV.gz', 'jsonl.zst', 'parquet'),
      size: fc.oneof(fc.nat(2000), fc.nat(3 * packedBytes)),
    }),
    { minLength: 1, maxLength: 2000, size: 'max' },
  );

  it('have every file once, in order, and keep to the limits', () => {
    fc.assert(
      fc.property(sizes, (files) => {
        const objects = files.map(({ ending, size }, i) => object(`${i}.${ending}`, size));
        const shards = planShards(objects);

        expect(shards.map(({ index }) => index)).toEqual(shards.map((_, i) => i));
        const covered = shards.flatMap(({ first, files: n }) => Array.from({ length: n }, (_, i) => first + i));
        expect(covered).toEqual(objects.map((_, i) => i));
        for (const { first, files: n, size } of shards) {
          const own = objects.slice(first, first + n);
          expect(size).toBe(own.reduce((sum, o) => sum + o.size, 0));
          expect(n).toBeLessThanOrEqual(packedFiles);
          if (n > 1) expect(own.reduce((sum, o) => sum + textBytes(o), 0)).toBeLessThanOrEqual(packedBytes);
        }
        expect(shards.length).toBeGreaterThanOrEqual(Math.min(objects.length, parallelShards) / 2);
      }),
      { numRuns: 50 },
    );
  });

  it('of many small files are few', () => {
    const shards = planShards(Array.from({ length: 3000 }, (_, i) => object(`${i}.csv`, 2000)));
    expect(shards.map(({ files }) => files)).toEqual(Array.from({ length: 15 }, () => 200));
    expect(shards[14]).toEqual({ index: 14, size: 400_000, first: 2800, files: 200 });
  });

  it('are not packed where few files can work side by side', () => {
    const files = (count: number, size: number) =>
      planShards(Array.from({ length: count }, (_, i) => object(`${i}.csv`, size))).map((shard) => shard.files);
    expect(files(8, 40e6)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(files(3, 100)).toEqual([1, 1, 1]);
    expect(files(20, 100)).toEqual([3, 3, 3, 3, 3, 3, 2]);
  });

  it('of compressed files are smaller, for these grow', () => {
    const files = (ending: string) =>
      planShards(Array.from({ length: 160 }, (_, i) => object(`${i}.${ending}`, 4e6)))[0]?.files;
    expect([files('csv'), files('parquet'), files('csv.gz'), files('csv.zst')]).toEqual([16, 4, 2, 2]);
  });

  it('have a large file alone', () => {
    const objects = Array.from({ length: 40 }, (_, i) => object(`${i}.csv`, i === 2 ? 200e6 : 10));
    expect(planShards(objects).slice(0, 3)).toEqual([
      { index: 0, size: 20, first: 0, files: 2 },
      { index: 1, size: 200e6, first: 2, files: 1 },
      { index: 2, size: 50, first: 3, files: 5 },
    ]);
  });

  it('have a part of a larger file alone, but the whole of an archive', () => {
    const size = 700e6 + 1;
    for (const name of ['1.csv', '1.JSONL', '1.parquet']) {
      expect(planShards([object('0.csv', 10), object(name, size), object('2.csv', 10), object('3.csv', 10)])).toEqual([
        { index: 0, size: 10, first: 0, files: 1 },
        { index: 1, size: 175e6, first: 1, files: 1, part: { index: 0, count: 4, size } },
        { index: 2, size: 175e6, first: 1, files: 1, part: { index: 1, count: 4, size } },
        { index: 3, size: 175e6, first: 1, files: 1, part: { index: 2, count: 4, size } },
        { index: 4, size: 175_000_001, first: 1, files: 1, part: { index: 3, count: 4, size } },
        { index: 5, size: 10, first: 2, files: 1 },
        { index: 6, size: 10, first: 3, files: 1 },
      ]);
    }
    expect(planShards([object('0.csv.gz', size)])).toEqual([{ index: 0, size, first: 0, files: 1 }]);
    expect(planShards([object('0.csv', 224e6)])).toHaveLength(1);
  });

  it('of large text files are located first', () => {
    const isLocated = (...objects: ReturnType<typeof object>[]) => needsLocating(objects, planShards(objects));
    expect(isLocated(object('0.csv', 10), object('1.csv', 300e6))).toBe(true);
    expect(isLocated(object('0.csv', 10))).toBe(false);
    expect(isLocated(object('0.parquet', 300e6))).toBe(false);
    expect(isLocated(object('0.jsonl.zst', 300e6))).toBe(false);
  });

  it('have no archive for which no disk is large enough', () => {
    const refuse = () => refuseLargeArchives([object('0.csv', 9e9), object('1.csv.gz', 4e9 + 1)]);
    expect(refuse).toThrow(/file 2.*more than 4 GB.*Drop it unpacked, or as smaller archives/);
    expect(refuse).toThrow(DataEngineError);
    expect(() => refuseLargeArchives([object('0.csv', 9e9), object('1.csv.gz', 4e9)])).not.toThrow();
  });

  it('are named by their files, also in a plan that does not name them', () => {
    expect(shardName({ index: 2, first: 400, files: 200 })).toBe('files 401 to 600 of the drop');
    expect(shardName({ index: 2, first: 9, files: 1 })).toBe('file 10 of the drop');
    expect(shardName({ index: 2 })).toBe('file 3 of the drop');
  });

  it('of few files have one each, without its name; the list of files has names and versions', () => {
    const { versionId: _, ...unversioned } = object('b.csv');
    const objects = [object('a.csv'), unversioned];

    expect(planShards(objects)).toEqual([
      { index: 0, size: 10, first: 0, files: 1 },
      { index: 1, size: 10, first: 1, files: 1 },
    ]);
    expect(listFiles(objects)).toEqual([{ key: 'a.csv', versionId: 'v1' }, { key: 'b.csv' }]);
  });
});

describe('recordObjects', () => {
  it('has sizes, ETags and versions, and no name', () => {
    const objects = [
      { key: 'loan/ann/a.csv', size: 1, etag: 'e1', versionId: 'v1' },
      { key: 'loan/ann/b.csv', size: 2, etag: 'e2' },
    ];
    const id = expect.stringMatching(/^[0-9a-f]{16}$/);

    expect(recordObjects(objects)).toEqual([
      { id, size: 1, etag: 'e1', versionId: 'v1' },
      { id, size: 2, etag: 'e2' },
    ]);
    expect(JSON.stringify(recordObjects(objects))).not.toContain('ann');
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
