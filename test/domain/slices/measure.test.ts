import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '#domain/evaluation/wilson';
import { measureSlices, type SlicesInput } from '#domain/slices/measure';
import { sliceWarnings } from '#domain/slices/warnings';
import { slicesSchema } from '#schemas/records/slices';
import { binaryRows, bootstrap, settings } from './rows.ts';

const women = ({ sex }: { sex: string }) => sex === 'Female';
function measured(over: Partial<SlicesInput> = {}, rows = binaryRows(1500, 5, women)) {
  const result = measureSlices({ ...rows, settings, bootstrap, metric: 'auc', ...over });
  return result && slicesSchema.parse(JSON.parse(JSON.stringify(result)));
}

describe('a model by group', () => {
  const slices = measured();

  it('is measured by every metric of its task, with intervals and the champion', () => {
    const [female, male] = slices?.slices ?? [];
    expect(female?.of).toEqual({ column: 'sex', group: 0 });
    expect(Object.keys(female?.metrics ?? {})).toEqual(Object.keys(female?.champion?.metrics ?? {}));
    const [worse, better] = [female?.metrics['auc'], male?.metrics['auc']];
    expect(worse?.high).toBeLessThan(better?.low ?? 0);
    expect(worse?.error).toBeGreaterThan(0);
    const difference = female?.champion?.differences['auc'];
    expect(difference?.high).toBeLessThan(0);
    expect(difference?.difference).toBeCloseTo((worse?.value ?? 0) - (female?.champion?.metrics['auc']?.value ?? 0), 9);
    // candidate and champion are one on the rows of the others
    expect(male?.champion?.differences['auc']).toEqual({ difference: 0, low: 0, high: 0, error: 0 });
    expect(female?.champion?.rows).toBe(female?.rows);
  });

  it('has Wilson’s interval for a share of the rows of a group', () => {
    const { rows = 0, metrics } = slices?.slices[0] ?? {};
    const { value = 0, low, high } = metrics?.['accuracy'] ?? {};
    expect({ low, high }).toEqual(wilsonInterval(value * rows, rows));
  });

  it('is worst in the group that was made weak, and in no pair that is no worse', () => {
    expect(slices?.found[0]?.of.some(({ column, group }) => column === 'sex' && group === 0)).toBe(true);
    expect(slices?.found.every(({ p }) => p < 0.05)).toBe(true);
    expect(slices?.found.some(({ of }) => of.some(({ column, group }) => column === 'sex' && group === 1))).toBe(false);
    expect(sliceWarnings({ slices })[0]).toMatch(
      /^the worst slice is sex Female.*: auc 0\.\d+ on \d+ rows, 0\.\d+ on all.*\(\d+ groups compared; at most 5 % of those named are chance\)$/,
    );
  });

  it('names a value that stands in no pipeline file by its place', () => {
    const rows = binaryRows(1500, 6, ({ region }) => region === 'north');
    const [warning] = sliceWarnings({ slices: measured({}, rows) });
    expect(warning).toContain('region group 1');
    expect(warning).not.toContain('north');
  });

  it('tells a planted pair from its parts', () => {
    const rows = binaryRows(4000, 8, ({ sex, region }) => sex === 'Female' && region === 'north');
    const [worst] = measured({}, rows)?.found ?? [];
    expect(worst?.of).toEqual([
      { column: 'sex', group: 0 },
      { column: 'region', group: 0 },
    ]);
    const alone = measured({ settings: { ...settings, pairs: false } }, rows);
    expect(alone?.found.every(({ of }) => of.length === 1)).toBe(true);
    expect(alone?.tested).toBe(6);
  });

  it('is not judged where a group is small, or has too few of a class', () => {
    const small = measured({ settings: { ...settings, leastRows: 700 } });
    expect(small?.slices.filter(({ small: is }) => is).length).toBe(5);
    expect(small?.slices.find(({ small: is }) => is)?.metrics).toEqual({});
    const rows = binaryRows(300, 9);
    const labels = rows.judged.labels.map((label, row) => (row < 8 ? label : 0));
    const rare = measured({}, { ...rows, judged: { ...rows.judged, labels } });
    expect(rare?.slices.every(({ small: is }) => is)).toBe(true);
    expect(rare).toMatchObject({ tested: 0, found: [] });
  });

  it('is compared with the champion on the rows that this was not trained on, or not at all', () => {
    const rows = binaryRows(1500, 5, women);
    const half = Uint8Array.from(rows.judged.labels, (_, row) => row % 2);
    const [some] = measured({ judged: { ...rows.judged, comparable: half } })?.slices ?? [];
    expect(some?.champion?.rows).toBeLessThan((some?.rows ?? 0) * 0.6);
    const none = measured({ judged: { ...rows.judged, comparable: new Uint8Array(1500) } });
    expect(none?.slices.some(({ champion }) => champion)).toBe(false);
    const first = measured({ judged: { ...rows.judged, champion: undefined } });
    expect(first?.slices.some(({ champion }) => champion)).toBe(false);
  });

  it('goes by the first metric of the task where no gate has one, keeps its settings, and is nothing without slices', () => {
    const { judged } = binaryRows(300, 5);
    expect(measured({ metric: undefined })?.metric).toBe('auc');
    expect(measured({ settings: { ...settings, widest: 0.3 } })?.widest).toBe(0.3);
    expect(measured({ judged, columns: [] })).toBeUndefined();
    expect(sliceWarnings({ slices: undefined })).toEqual([]);
  });

  it('is measured for several classes and for numbers', () => {
    const { judged, columns, age } = binaryRows(400, 12);
    const perRow = 2;
    const scores = Float64Array.from({ length: 400 * perRow }, (_, i) => {
      const own = judged.candidate[Math.floor(i / perRow)] as number;
      return i % perRow === 0 ? 1 - own : own;
    });
    const many = measured({
      judged: { ...judged, task: 'multiclass', candidate: scores, champion: undefined },
      columns,
    });
    expect(Object.keys(many?.slices[0]?.metrics ?? {})).toContain('f1_macro');
    const number = measured({
      judged: { ...judged, task: 'regression', classes: 0, champion: undefined },
      columns: [...columns, age],
      metric: 'rmse',
    });
    expect(number?.metric).toBe('rmse');
    expect(number?.columns[2]?.edges).toHaveLength(4);
    expect(number?.slices[0]?.metrics['rmse']?.low).toBeGreaterThan(0);
  });

  it('searches where all resamples agree by a share’s own error, and leaves out what has none', () => {
    const { judged, columns } = binaryRows(400, 13);
    const isRight = (row: number): boolean => columns[0]?.values[row] === 'Male';
    const candidate = judged.labels.map((label, row) => (isRight(row) ? label * 0.8 + 0.1 : 0.9 - label * 0.8));
    const by = (metric: string) => measured({ judged: { ...judged, candidate }, columns: columns.slice(0, 1), metric });
    expect(by('accuracy')?.found[0]).toMatchObject({ value: 0, low: 0, of: [{ group: 0 }] });
    // both groups are ranked without a miss, one of them upside down: no resample differs
    expect(by('auc')?.tested).toBe(0);
  });

  it('cannot search where all rows do not define the metric', () => {
    const { judged, columns } = binaryRows(200, 14);
    const none = measured({ judged: { ...judged, labels: new Float64Array(200) }, columns });
    expect(none).toMatchObject({ tested: 0, whole: 0, found: [] });
  });
});
