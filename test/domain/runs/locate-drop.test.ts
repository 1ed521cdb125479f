import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SchemaMismatchError } from '#domain/errors';
import { belowDrop, guessDrop, laterObject, locateDrop, locateMarked, newestDrop } from '#domain/runs/locate-drop';

const pipeline = fc.stringMatching(/^[a-z][a-z0-9-]{1,8}[a-z0-9]$/);
const folder = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,6}$/);
const folders = (least: number) => fc.array(folder, { minLength: least, maxLength: 3 });
const partition = fc.stringMatching(/^[a-z_]{1,5}=[a-z0-9=.-]{0,5}$/);
const partitions = (least: number) => fc.array(partition, { minLength: least, maxLength: 3 });
const path = (...parts: readonly (string | readonly string[])[]) => parts.flat().join('/');
const written = (key: string, lastModified = '2026-01-01T00:00:00.000Z') => ({ key, lastModified });

describe('locateDrop', () => {
  it.each([
    ['loans/2026-01/loans.csv', 'loans/2026-01/'],
    ['loans/2026-01/part/a.csv', 'loans/2026-01/part/'],
    ['sales/2026-01/region=eu/a.parquet', 'sales/2026-01/'],
    ['sales/2026/01/region=eu/day=3/a.parquet', 'sales/2026/01/'],
    ['sales/2026-01/region=eu/part/a.parquet', 'sales/2026-01/'],
    ['sales/year=2026/month=01/a.parquet', 'sales/'],
    ['sales/year=2026/month=01/part/a.parquet', 'sales/'],
  ])('finds the drop of %s', (key, prefix) => {
    expect(locateDrop(key)).toEqual({ pipeline: key.split('/')[0], prefix });
  });

  it.each(['a.csv', 'loans/a.csv', 'loans/a=b.csv', 'loans//a.csv', '/x/a.csv'])(
    'refuses %s, which has no drop folder, and says where to put it',
    (key) => {
      expect(() => locateDrop(key)).toThrow(SchemaMismatchError);
      expect(() => locateDrop(key)).toThrow('<pipeline>/<drop>/');
    },
  );

  it('takes every partition below a drop folder for the same drop, however deep it is and whatever lies below it', () => {
    fc.assert(
      fc.property(pipeline, folders(1), partitions(0), partitions(1), folders(0), (name, drop, few, more, below) => {
        const prefix = `${path(name, drop)}/`;
        expect(locateDrop(path(name, drop, few, 'a.csv')).prefix).toBe(prefix);
        expect(locateDrop(path(name, drop, more, below, 'a.csv'))).toEqual({ pipeline: name, prefix });
      }),
    );
  });

  it('takes partitions without a drop folder for one table in the folder of the pipeline', () => {
    fc.assert(
      fc.property(pipeline, partitions(1), folders(0), (name, keys, below) => {
        expect(locateDrop(path(name, keys, below, 'a.csv'))).toEqual({ pipeline: name, prefix: `${name}/` });
      }),
    );
  });
});

describe('locateMarked', () => {
  it.each([
    ['loans/2026-01/_SUCCESS', 'loans/2026-01/'],
    ['sales/_SUCCESS', 'sales/'],
    ['sales/dt=2026-01-31/_SUCCESS', 'sales/dt=2026-01-31/'],
    ['sales/2026-01/region=eu/_SUCCESS', 'sales/2026-01/region=eu/'],
  ])('takes the folder of %s for the drop that it completes', (key, prefix) => {
    expect(locateMarked(key)).toEqual({ pipeline: key.split('/')[0], prefix });
  });

  it.each(['_SUCCESS', 'loans//_SUCCESS', '/_SUCCESS'])('refuses %s, which is in no folder', (key) => {
    expect(() => locateMarked(key)).toThrow('<pipeline>/<drop>/');
  });
});

describe('guessDrop', () => {
  it.each([
    ['sales/2026-01/region=eu/a.parquet', 'sales/2026-01/'],
    ['sales/2026-01/region=eu/_SUCCESS', 'sales/2026-01/region=eu/'],
    ['sales/_SUCCESS', 'sales/'],
    ['sales/a.csv', 'sales/'],
  ])('places %s without its trigger', (key, prefix) => {
    expect(guessDrop(key)).toEqual({ pipeline: 'sales', prefix });
  });

  it.each(['a.csv', '/a/b.csv', 'sales//a.csv'])('places %s nowhere', (key) => {
    expect(guessDrop(key)).toBeUndefined();
  });
});

describe('belowDrop', () => {
  const table = [{ key: 'sales/year=2026/a.csv' }, { key: 'sales/year=2025/month=1/a.csv' }];
  const others = [{ key: 'sales/_SUCCESS' }, { key: 'sales/x=1.csv' }, { key: 'sales/2026-01/region=eu/a.csv' }];

  it('has everything below a drop folder', () => {
    const listed = [{ key: 'sales/2026-01/a.csv' }, { key: 'sales/2026-01/region=eu/a.csv' }];
    expect(belowDrop({ pipeline: 'sales', prefix: 'sales/2026-01/' }, listed)).toEqual(listed);
  });

  it("has only the partitions of a table in the pipeline's folder, not the drops beside it", () => {
    expect(belowDrop({ pipeline: 'sales', prefix: 'sales/' }, [...others, ...table])).toEqual(table);
  });

  it("refuses the pipeline's folder when no table lies there", () => {
    const location = { pipeline: 'sales', prefix: 'sales/' };
    expect(() => belowDrop(location, others)).toThrow('The object is not in a drop');
    expect(() => belowDrop(location, [])).toThrow(SchemaMismatchError);
  });

  it('agrees with locateDrop about the objects of a table', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(folder, partition), fc.oneof(folder, partition))), (pairs) => {
        const listed = pairs.map(([a, b]) => ({ key: path('sales', a, b, 'a.csv') }));
        const inTable = listed.filter(({ key }) => locateDrop(key).prefix === 'sales/');
        const location = { pipeline: 'sales', prefix: 'sales/' };
        if (inTable.length === 0) expect(() => belowDrop(location, listed)).toThrow(SchemaMismatchError);
        else expect(belowDrop(location, listed)).toEqual(inTable);
      }),
    );
  });
});

describe('newestDrop', () => {
  it('is never a folder of outcomes', () => {
    const at = (key: string, day: number) => ({ key, lastModified: `2026-01-0${day}T00:00:00Z` });
    const objects = [
      at('sales/jan/a.csv', 1),
      at('sales/jan/_SUCCESS', 2),
      at('sales/outcomes/x/a.csv', 3),
      at('sales/outcomes/x/_SUCCESS', 4),
    ];
    expect(newestDrop('sales', objects, { marker: '_SUCCESS' })?.prefix).toBe('sales/jan/');
    expect(newestDrop('sales', objects, { eachObject: true, quietPeriodSeconds: 0 })?.prefix).toBe('sales/jan/');
    expect(newestDrop('sales', objects.slice(2), { marker: '_SUCCESS' })).toBeUndefined();
  });

  const marker = { marker: '_SUCCESS' };
  const each = { eachObject: true as const, quietPeriodSeconds: 0 };

  it('is the one whose marker was written last: a folder without a marker is not complete', () => {
    const objects = [
      written('sales/old/a.csv', '2026-01-01T00:00:00Z'),
      written('sales/old/_SUCCESS', '2026-01-01T00:01:00Z'),
      written('sales/open/a.csv', '2026-01-02T00:00:00Z'),
      written('sales/_temporary/0/_SUCCESS', '2026-01-03T00:00:00Z'),
      written('sales/_SUCCESS', '2026-01-04T00:00:00Z'),
    ];
    expect(newestDrop('sales', objects, marker)?.prefix).toBe('sales/old/');
    expect(newestDrop('sales', objects.slice(2, 4), marker)?.prefix).toBe('sales/open/');
  });

  it('is the table of the pipeline when its marker is the newest', () => {
    const objects = [
      written('sales/old/_SUCCESS', '2026-01-01T00:00:00Z'),
      written('sales/year=2026/a.csv', '2026-01-02T00:00:00Z'),
      written('sales/_SUCCESS', '2026-01-02T00:01:00Z'),
    ];
    expect(newestDrop('sales', objects, marker)?.prefix).toBe('sales/');
  });

  it('is that of the newest object when no marker is used', () => {
    const objects = [
      written('sales/new/region=eu/a.csv', '2026-01-02T00:00:00Z'),
      written('sales/old/a.csv', '2026-01-01T00:00:00Z'),
      written('sales/README.md', '2026-01-03T00:00:00Z'),
    ];
    expect(newestDrop('sales', objects, each)?.prefix).toBe('sales/new/');
    expect(newestDrop('sales', objects.slice(2), each)).toBeUndefined();
  });
});

describe('laterObject', () => {
  const own = written('sales/d/k=1/a.csv', '2026-01-01T00:00:00Z');

  it('is one of any partition, written after the object of the event', () => {
    const later = written('sales/d/k=2/a.csv', '2026-01-01T00:00:01Z');
    expect(laterObject([own, later], 'sales/d/', own.key)).toEqual(later);
    expect(laterObject([own, later], 'sales/d/', later.key)).toBeUndefined();
  });

  it('is no hidden object, and none when the object of the event is gone', () => {
    const hidden = written('sales/d/k=2/_SUCCESS', '2026-01-01T00:00:01Z');
    expect(laterObject([own, hidden], 'sales/d/', own.key)).toBeUndefined();
    expect(laterObject([own], 'sales/d/', 'sales/d/gone.csv')).toBeUndefined();
  });
});
