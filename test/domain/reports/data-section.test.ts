import { describe, expect, it } from 'vitest';
import type { DataSummary } from '#domain/reports/input';
import { dataSection } from '#domain/reports/sections/data';
import { sampleReport } from './sample.ts';

const sample = sampleReport('binary', { champion: false }).data;
const page = (own: Partial<DataSummary>): string => dataSection({ ...sample, ...own }).markup;
/** The tiles of the section, by name. */
const tiles = (own: Partial<DataSummary> = {}): Record<string, string> =>
  Object.fromEntries(
    [...page(own).matchAll(/<div><dt>(.*?)<\/dt><dd>(.*?)<\/dd><\/div>/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
const duplicates = { rows: 0, sets: 0, nearRows: 0, nearSets: 0, straddling: 0, nearStraddling: 0 };

describe('the tiles of the data', () => {
  it('say how many rows there were and what became of them', () => {
    expect(tiles()).toMatchObject({ rows: '26,700', usable: '26,666', malformed: '34 (0.1 %)', label: 'default' });
    expect(Object.keys(tiles())).not.toEqual(expect.arrayContaining(['deduplicated']));
  });

  it('name what else is not used, only where there is any', () => {
    const split = { strategy: 'time', leftOut: 250, seenBefore: 7, duplicates, naive: undefined };
    const all = tiles({ deduplicated: 1200, blankFiles: [0, 3], split });
    expect(all).toMatchObject({
      deduplicated: '1,200',
      'in gaps': '250',
      'seen before': '7',
      'without rows': 'files 1, 4',
    });
    const none = tiles({ split: { ...split, leftOut: 0, seenBefore: 0 } });
    for (const name of ['deduplicated', 'in gaps', 'seen before', 'without rows'])
      expect(none).not.toHaveProperty(name);
  });

  it('divide by no zero where the drop has no rows', () => {
    const sides = sample.sides.map((side) => ({ ...side, rows: 0, classes: side.classes.map(() => 0) }));
    const empty = page({ rows: 0, malformed: { rows: 0, reasons: [] }, sides });
    expect(empty).not.toMatch(/NaN|Infinity/);
  });
});
