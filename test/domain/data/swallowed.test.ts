import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOfRecord, rowWithin } from '#domain/data/swallowed';
import { text } from '#domain/sql/literals';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const columns = ['x', 'y', 'note'];
const datasetOf = (label: Record<string, unknown> = {}, csv: Record<string, unknown> = {}, rest = {}) =>
  pipelineSchema.parse(
    smallPipeline(
      {
        csv,
        label: { column: 'y', positive: 1, ...label },
        columns: { x: { role: 'feature', type: 'number' }, note: { role: 'ignore' } },
      },
      rest,
    ),
  ).dataset;
type Dataset = ReturnType<typeof datasetOf>;

/** Which of the values hold a row of the file on a line of its own. */
async function holdsRow(values: readonly string[], dataset: Dataset, names = columns): Promise<boolean[]> {
  using engine = await testEngine();
  const list = values.map((v) => `(${text(v)})`).join(', ');
  const rows = await engine.query(
    'match',
    `SELECT regexp_matches(v, ${text(rowWithin(names, dataset))}) AS found FROM (VALUES ${list}) AS t(v)`,
  );
  return rows.map((row) => row['found'] === true);
}

describe('a value that took in rows', () => {
  test('is found by a whole row on a line of its own, whichever line break is used', async () => {
    const values = ['a\n1,0,b\nc', 'a\r1,0,b\rc', 'a\r\n1,0,b\r\n', 'a\n,1,', 'a\n1, -2.5e+3 ,b'];
    expect(await holdsRow(values, datasetOf())).toEqual(values.map(() => true));
  });
  test('is not found in a text that merely has line breaks or delimiters', async () => {
    const values = [
      'a\nb',
      '1,0,b',
      'a\n1,0',
      'a\n1,0,b,c',
      'a\n1,b,0',
      'a\n1,,b',
      'a\n1,0.,b',
      'a 1,0,b\nc',
      'one, two, three\nfour, five, six',
    ];
    expect(await holdsRow(values, datasetOf())).toEqual(values.map(() => false));
  });
  test('is found by the label as the pipeline names it', async () => {
    const named = datasetOf({ positive: 'yes (1)', negative: ['no', 'never'] });
    const values = ['a\n1,yes (1),b', 'a\n1,no,b', 'a\n1,never,b', 'a\n1,7,b', 'a\n1,maybe,b', 'a\n1,yes 1,b'];
    expect(await holdsRow(values, named)).toEqual([true, true, true, true, false, false]);
  });
  test('is found by one of the classes', async () => {
    const gates = { evaluation: { task: 'multiclass', gates: [{ metric: 'accuracy', min: 0.5 }] } };
    const classes = datasetOf({ positive: undefined, classes: ['a', 'b.', 'c'] }, {}, gates);
    expect(await holdsRow(['t\n1,a,n', 't\n1,b.,n', 't\n1,bx,n', 't\n1,d,n'], classes)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
  test('is found whatever the label when all but the positive texts count as negative', async () => {
    const open = datasetOf({ positive: ['yes', 'sure'] });
    expect(await holdsRow(['a\n1,anything,b', 'a\n1,any,thing,b'], open)).toEqual([true, false]);
    // a number, a flag or a bound says enough about the label
    for (const positive of [1, true, { above: 3 }])
      expect(await holdsRow(['a\n1,anything,b', 'a\n1,4,b'], datasetOf({ positive }))).toEqual([false, true]);
  });
  test('is not found by a word that stands for a setting the pipeline does not have', async () => {
    const values = ['a\n1,undefined,b', 'a\n1,[object Object],b'];
    for (const positive of [1, { above: 3 }])
      expect(await holdsRow(values, datasetOf({ positive }))).toEqual([false, false]);
  });
  test('is found with any delimiter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...',;|\t ^]-.*+?()[{}$\\/:'), async (delimiter) => {
        const row = ['1', '0', 'b'].join(delimiter);
        const dataset = datasetOf({}, { delimiter });
        expect(await holdsRow([`a\n${row}`, `a\n1${delimiter}0`], dataset)).toEqual([true, false]);
      }),
      { numRuns: 20 },
    );
  });
  test.each([
    [500, 500],
    [501, 500],
    [1000, 500],
  ])('is found in a file of %i columns before the label by at least %i delimiters', async (before, least) => {
    const names = [...Array.from({ length: before }, (_, i) => `c${i}`), 'y'];
    const rowOf = (n: number) => `a\n${'v,'.repeat(n)}1`;
    // the engine counts repetitions up to 1,000; rows that wide are told by 500 of them
    const tooFew = before <= 500 ? before - 1 : 499;
    expect(await holdsRow([rowOf(before), rowOf(tooFew)], datasetOf(), names)).toEqual([true, false]);
    expect(await holdsRow([rowOf(least)], datasetOf(), names)).toEqual([true]);
  });
});

describe('the lines of a record', () => {
  test('are one and one more for every line break within its fields, blank lines and breaks at the end of a field left out', async () => {
    using engine = await testEngine();
    const lines = async (a: string | null, b: string | null) => {
      const sql = (v: string | null) => (v === null ? 'NULL::VARCHAR' : text(v));
      const rows = await engine.query(
        'count',
        `SELECT ${linesOfRecord(['a', 'b'])} AS lines FROM (SELECT ${sql(a)} AS a, ${sql(b)} AS b)`,
      );
      return Number(rows[0]?.['lines']);
    };
    expect(await lines('x', 'y')).toBe(1);
    expect(await lines(null, '')).toBe(1);
    expect(await lines('x\ny', 'z')).toBe(2);
    expect(await lines('x\r\ny', 'z\rw')).toBe(3);
    expect(await lines(null, 'x\n\n\ny')).toBe(2);
    expect(await lines('x\ny\nz', null)).toBe(3);
    expect(await lines('x\n', 'y')).toBe(2);
    expect(await lines('\nx', '\n')).toBe(3);
  });
});
