import { describe, expect, it } from 'vitest';
import { type MeasuredData, suggestActions } from '#domain/profiling/suggestions';
import type { ColumnProfile } from '#schemas/records/profile';

const moments = { count: 0, mean: 0, m2: 0, min: null, max: null };
const side = (rows: number, classes: number[]) => ({ rows, classes, label: moments });
const number = (trainMissing: number): ColumnProfile => ({
  kind: 'number',
  missing: trainMissing,
  trainMissing,
  train: moments,
});
const category = (rows: readonly number[], rest = 0): ColumnProfile => ({
  kind: 'category',
  missing: 0,
  trainMissing: 0,
  counts: rows.map((n, i) => [`c${i}`, n]),
  rest,
});
const equals = (source: string) => ({ kind: 'equals', name: `${source}=a`, source });

function actions({
  columns = {},
  classes = [500, 500],
  ...own
}: Partial<Omit<MeasuredData, 'profile' | 'fitted'>> & {
  columns?: Record<string, ColumnProfile>;
  classes?: number[];
  malformed?: number;
  dropped?: MeasuredData['fitted']['dropped'];
  features?: MeasuredData['fitted']['features'];
  names?: string[];
  id?: string;
} = {}): string[] {
  const { id, malformed = 0, dropped = [], features = [], names = ['no', 'yes'], ...rest } = own;
  const spec = { role: 'feature', type: 'number' } as const;
  return suggestActions({
    dataset: {
      id,
      columns: { unread: { role: 'ignore' }, ...Object.fromEntries(Object.keys(columns).map((name) => [name, spec])) },
    } as unknown as MeasuredData['dataset'],
    imbalance: 'none',
    profile: {
      rows: 2000,
      malformed: { rows: malformed, reasons: [] },
      columns,
      sides: { train: side(1000, classes), validation: side(0, []), test: side(0, []) },
    },
    fitted: { dropped, features, label: { column: 'y', classes: names, classCounts: classes } },
    leakage: [],
    personalData: { findings: [], anonymity: null },
    duplicates: { rows: 0, sets: 0, nearRows: 0, nearSets: 0, straddling: 0, nearStraddling: 0 },
    ...rest,
  });
}

describe('what the data of a run suggest to do', () => {
  it('is nothing where nothing stands out', () => {
    expect(actions({ columns: { x: number(0), c: category([600, 400]) }, features: [equals('c')] })).toEqual([]);
  });

  it('names columns that give the label away first', () => {
    const [first] = actions({
      leakage: [{ column: 'fee', check: 'alone', reason: 'it tells the label' }],
      malformed: 100,
    });
    expect(first).toMatch(
      /^fee may be known only after the outcome: it tells the label\. .*role ignore.*leakage\.allow/,
    );
  });

  it('asks for a role of what looks personal, unless it is allowed', () => {
    const finding = {
      column: 'm',
      kind: 'email',
      plural: 'e-mail addresses',
      by: 'values',
      examined: 10,
      found: 10,
      share: 1,
      examples: ['a***@***'],
    } as const;
    const of = (outcome: 'warned' | 'allowed') =>
      actions({
        personalData: { findings: [{ ...finding, examples: [...finding.examples], outcome }], anonymity: null },
      });
    expect(of('warned')).toEqual([
      expect.stringMatching(/^m looks like e-mail addresses in 100 % of 10 values .*role pii/),
    ]);
    expect(of('allowed')).toEqual([]);
  });

  it.each([
    [0.2, 1],
    [0.01, 0],
  ])('asks for coarser quasi-identifiers where %d of the rows are nearly alone', (rowsBelow5, many) => {
    const anonymity = { columns: ['age', 'zip'], rows: 9, groups: 3, k: 1, rowsBelow5, l: 1, oneLabel: 0 };
    const found = actions({ personalData: { findings: [], anonymity } });
    expect(found).toHaveLength(many);
    for (const text of found) expect(text).toContain('share age, zip with fewer than four others');
  });

  it('names columns that say nothing, or are mostly missing without an indicator', () => {
    const columns = { flat: number(0), rare: number(700), marked: number(700), c: number(10) };
    const features = [{ kind: 'missing', name: 'marked:missing', source: 'marked' }];
    const found = actions({
      columns,
      features,
      dropped: [{ column: 'flat', reason: 'the same value in every training row' }],
    });
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('flat is no model input: the same value in every training row.');
    expect(found[1]).toContain('rare is missing in 70 % of the training rows.');
  });

  it('asks for another encoding where one-hot leaves many rows out', () => {
    const many = category(Array.from({ length: 100 }, () => 10));
    const few = category([500, 400], 100);
    const columns = { many, few, target: many, none: category([]) };
    const found = actions({ columns, features: [equals('many'), equals('few'), equals('none')] });
    expect(found).toEqual([
      expect.stringMatching(/^many has so many categories that 50 % of its rows .* encode: target or hash/),
    ]);
  });

  it('tells of malformed rows and of rows that are nearly the same', () => {
    const duplicates = { rows: 10, sets: 5, nearRows: 200, nearSets: 50, straddling: 0, nearStraddling: 0 };
    const found = actions({ malformed: 100, duplicates });
    expect(found[0]).toMatch(/^100 rows \(5 %\) could not be read/);
    expect(found[1]).toMatch(/^200 rows \(10\.5 %\) have nearly the same model inputs .* split\.groupBy/);
    expect(actions({ duplicates, id: 'customer' })).toEqual([]);
  });

  it('asks about a rare class that nothing is done about', () => {
    expect(actions({ classes: [980, 20] })).toEqual([
      expect.stringContaining('yes is the label of 2 % of the training rows.'),
    ]);
    expect(actions({ classes: [980, 20], names: [] })).toEqual([
      expect.stringContaining('The rarest class is the label'),
    ]);
    expect(actions({ classes: [980, 20], imbalance: 'auto' })).toEqual([]);
    expect(actions({ classes: [], names: [] })).toEqual([]);
  });
});
