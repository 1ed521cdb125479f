import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupsOfPart, mergeRanges, readParquetFooter } from '#domain/data/parquet-footer';

const group = (bytes: number, rows = 10) => ({ rows, bytes, ranges: [] });

describe('the row groups of a part', () => {
  test('are whole ones that follow each other, each in one part', () => {
    const groups = fc.array(fc.record({ bytes: fc.nat(1000), rows: fc.nat(100) }), { maxLength: 30 });
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 10 }), (given, count) => {
        const all = given.map(({ bytes, rows }) => group(bytes, rows));
        let next = 0;
        let rows = 0;
        for (let index = 0; index < count; index++) {
          const part = groupsOfPart(all, { index, count });
          expect(part).toMatchObject({ first: next, rowsBefore: rows });
          for (const own of all.slice(next, next + part.count)) rows += own.rows;
          next += part.count;
        }
        expect(next).toBe(all.length);
      }),
    );
  });
  test('have about the same number of bytes', () => {
    const groups = Array.from({ length: 12 }, () => group(100));
    expect([0, 1, 2].map((index) => groupsOfPart(groups, { index, count: 3 }).count)).toEqual([4, 4, 4]);
  });
});

test('ranges that touch are one', () => {
  const ranges = [
    { start: 20, end: 30 },
    { start: 0, end: 5 },
    { start: 5, end: 9 },
    { start: 22, end: 24 },
    { start: 40, end: 41 },
  ];
  expect(mergeRanges(ranges)).toEqual([
    { start: 0, end: 9 },
    { start: 20, end: 30 },
    { start: 40, end: 41 },
  ]);
});

// a file's number of rows, and its row groups: field 3 as 1 row, field 4 as a list
const footer = (...groups: number[]) => Uint8Array.from([0x36, 2, 0x19, ...groups, 0]);
// a row group: its columns, and its number of rows
const rowGroup = (column: readonly number[]) => [0x1c, 0x19, 0x1c, ...column, 0x26, 2, 0];
// a column: its data, of 10 bytes, the pages from byte 4 on
const column = (...more: number[]) => [0x3c, 0x76, 20, 0x26, 8, ...more, 0, 0];

describe('a footer', () => {
  const rangesOf = (bytes: Uint8Array) => readParquetFooter(bytes).groups.flatMap((own) => own.ranges);
  test('says where the columns and their Bloom filters lie', () => {
    expect(readParquetFooter(footer(...rowGroup(column()))).groups).toEqual([
      { rows: 1, bytes: 10, ranges: [{ start: 4, end: 14 }] },
    ]);
    // a dictionary before the pages, or none, which some writers say with a zero
    expect(rangesOf(footer(...rowGroup(column(0x26, 4))))).toEqual([{ start: 2, end: 12 }]);
    expect(rangesOf(footer(...rowGroup(column(0x26, 0))))).toEqual([{ start: 4, end: 14 }]);
    expect(rangesOf(footer(...rowGroup(column(0x56, 60, 0x15, 8))))).toEqual([
      { start: 4, end: 14 },
      { start: 30, end: 34 },
    ]);
    expect(rangesOf(footer(...rowGroup(column(0x56, 60))))).toEqual([
      { start: 4, end: 14 },
      { start: 30, end: 30 + 2 ** 20 },
    ]);
  });
  test('keeps what it does not know', () => {
    const unknown = Uint8Array.from([
      0x15,
      4,
      0x26,
      2,
      0x19,
      0x2c,
      ...rowGroup(column()).slice(1),
      ...rowGroup(column()).slice(1),
      0x98,
      1,
      0x7a,
      0,
    ]);
    const { keep } = readParquetFooter(unknown);
    const one = rowGroup(column()).slice(1);
    expect([...keep(1, 1)]).toEqual([0x15, 4, 0x26, 2, 0x19, 0x1c, ...one, 0x98, 1, 0x7a, 0]);
    expect([...keep(0, 0)]).toEqual([0x15, 4, 0x26, 0, 0x19, 0x0c, 0x98, 1, 0x7a, 0]);
  });
  test('without a number of rows is none', () => {
    expect(() => readParquetFooter(Uint8Array.of(0))).toThrow('A field of the footer is absent.');
  });
});
