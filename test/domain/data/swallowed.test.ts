import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowWithin, swallowed, swallowedRows } from '#domain/data/swallowed';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

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
const holdsRow = (values: readonly string[], dataset: Dataset, names: readonly string[] = columns): boolean[] =>
  values.map(rowWithin(names, dataset));

describe('a value that took in rows', () => {
  test('is found by a whole row on a line of its own, whichever line break is used', () => {
    const values = ['a\n1,0,b\nc', 'a\r1,0,b\rc', 'a\r\n1,0,b\r\n', 'a\n,1,', 'a\n1, -2.5e+3 ,b'];
    expect(holdsRow(values, datasetOf())).toEqual(values.map(() => true));
  });
  test('is not found in a text that merely has line breaks or delimiters', () => {
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
    expect(holdsRow(values, datasetOf())).toEqual(values.map(() => false));
  });
  test('is found by the label as the pipeline names it', () => {
    const named = datasetOf({ positive: 'yes (1)', negative: ['no', 'never'] });
    const values = ['a\n1,yes (1),b', 'a\n1,no,b', 'a\n1,never,b', 'a\n1,7,b', 'a\n1,maybe,b', 'a\n1,yes 1,b'];
    expect(holdsRow(values, named)).toEqual([true, true, true, true, false, false]);
  });
  test('is found by one of the classes', () => {
    const gates = { evaluation: { task: 'multiclass', gates: [{ metric: 'accuracy', min: 0.5 }] } };
    const classes = datasetOf({ positive: undefined, classes: ['a', 'b.', 'c'] }, {}, gates);
    expect(holdsRow(['t\n1,a,n', 't\n1,b.,n', 't\n1,bx,n', 't\n1,d,n'], classes)).toEqual([true, true, false, false]);
  });
  test('is found whatever the label when all but the positive texts count as negative', () => {
    const open = datasetOf({ positive: ['yes', 'sure'] });
    expect(holdsRow(['a\n1,anything,b', 'a\n1,any,thing,b'], open)).toEqual([true, false]);
    // a number, a flag or a bound says enough about the label
    for (const positive of [1, true, { above: 3 }])
      expect(holdsRow(['a\n1,anything,b', 'a\n1,4,b'], datasetOf({ positive }))).toEqual([false, true]);
  });
  test('is found by a label in any spelling that counts as one', () => {
    const flags = datasetOf({ positive: true, negative: false });
    expect(holdsRow(['a\n1,True,b', 'a\n1,FALSE,b', 'a\n1,yes,b', 'a\n1,0,b', 'a\n1,maybe,b'], flags)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    const words = datasetOf({ positive: 'true', negative: 'é' });
    expect(holdsRow(['a\n1,TRUE,b', 'a\n1,e\u0301,b', 'a\n1,e,b'], words)).toEqual([true, true, false]);
  });
  test('is found by a number in the notation that is declared', () => {
    const numbers = { decimal: ',', thousands: '.', currency: true, percent: true, negatives: ['parentheses'] };
    const dataset = pipelineSchema.parse(
      smallPipeline({
        csv: { delimiter: ';' },
        numbers,
        label: { column: 'y', positive: { above: 3 } },
        columns: { x: { role: 'feature', type: 'number' }, note: { role: 'ignore' } },
      }),
    ).dataset;
    const labels = ['€ 5', '5 EUR', '1.234,5', '(12)', '12 %', '-5', 'five', '5 apples'];
    expect(
      holdsRow(
        labels.map((label) => `a\n1;${label};b`),
        dataset,
      ),
    ).toEqual([...labels.slice(0, 6).map(() => true), false, false]);
  });
  test('is found whatever the label where rows of no class are left out', () => {
    const map = { a: ['p'], b: ['q'] };
    const values = ['a\n1,p,b', 'a\n1,r,b'];
    expect(holdsRow(values, datasetOf({ positive: 'a', map, others: 'leaveOut' }))).toEqual([true, true]);
    expect(holdsRow(values, datasetOf({ positive: 'a', map }))).toEqual([true, false]);
  });
  test('is not found by a word that stands for a setting the pipeline does not have', () => {
    const values = ['a\n1,undefined,b', 'a\n1,[object Object],b'];
    for (const positive of [1, { above: 3 }]) expect(holdsRow(values, datasetOf({ positive }))).toEqual([false, false]);
  });
  test('is found with any delimiter', () => {
    fc.assert(
      fc.property(fc.constantFrom(...',;|\t ^]-.*+?()[{}$\\/:'), (delimiter) => {
        const row = ['1', '0', 'b'].join(delimiter);
        const dataset = datasetOf({}, { delimiter });
        expect(holdsRow([`a\n${row}`, `a\n1${delimiter}0`], dataset)).toEqual([true, false]);
      }),
      { numRuns: 20 },
    );
  });
  test('is found in a wide file by all of its delimiters', () => {
    const names = [...Array.from({ length: 5000 }, (_, i) => `c${i}`), 'y'];
    const rowOf = (n: number) => `a\n${'v,'.repeat(n)}1`;
    expect(holdsRow([rowOf(5000), rowOf(4999), rowOf(5001)], datasetOf(), names)).toEqual([true, false, false]);
  });
});

test('a record that swallowed rows has the column in which they are, or none where the pipeline does not name it', () => {
  const problemOf = swallowedRows(['x', 'y', undefined], datasetOf());
  expect(problemOf(Buffer.from('"a\n1,0,b",1,n'))).toEqual({ column: 'x', reason: swallowed });
  expect(problemOf(Buffer.from('1,0,"n\r\n1,0,b\r\n"'))).toEqual({ column: null, reason: swallowed });
  expect(problemOf(Buffer.from('1,0,"two\nlines"'))).toBeUndefined();
});
