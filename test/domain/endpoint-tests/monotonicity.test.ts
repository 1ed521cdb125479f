import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monotonicity, wrongRows, wrongWay } from '#domain/endpoint-tests/monotonicity';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import { fakeSession, inputs } from '../../fakes/test-session.ts';

const test = (own: Record<string, unknown> = {}) =>
  endpointTestSchema.parse({ id: 'm', kind: 'monotonicity', request: { body: '100,1,0,1\n200,0,1,0' }, ...own });
const income = { column: 'income', direction: 'decreasing', values: [300, 100, 200] };
const falling = ([value = 0]: readonly number[]) => [1 - value / 1000];

describe('a monotonicity test', () => {
  it('passes a model that goes the declared way, whatever the order of the values', async () => {
    expect(await runTest(test({ columns: [income] }), fakeSession(falling))).toEqual({
      passed: true,
      detail: '1 column in 6 changed rows: the answer never goes the wrong way',
    });
  });

  it('fails a model that goes the other way, by row and never by value', async () => {
    const wrong = { ...income, direction: 'increasing' };
    expect(await runTest(test({ columns: [wrong] }), fakeSession(falling))).toEqual({
      passed: false,
      detail: 'income: the answer falls with a higher value in 2 of 2 rows: first row 1, most row 1 by 0.200',
    });
    const dip = ([value = 0]: readonly number[]) => [value === 200 ? 0.905 : 1 - value / 1000];
    expect(await runTest(test({ columns: [income] }), fakeSession(dip))).toMatchObject({
      detail: expect.stringMatching('rises with a higher value in 2 of 2 rows'),
    });
    expect(await runTest(test({ columns: [income], tolerance: 0.01 }), fakeSession(dip))).toMatchObject({
      passed: true,
    });
  });

  it('takes the number of the answer that is meant', async () => {
    const model = ([value = 0]: readonly number[]) => [value, 1 - value / 1000];
    expect(await runTest(test({ columns: [income], output: 2 }), fakeSession(model))).toMatchObject({ passed: true });
    expect(await runTest(test({ columns: [income], output: 3 }), fakeSession(model))).toEqual({
      passed: false,
      detail: 'income: the answer has no number 3',
    });
  });

  it('takes the columns that the pipeline declares, and passes where it declares none', async () => {
    const declared = { ...inputs, monotone: [{ column: 'income', direction: 'increasing' as const }] };
    const own = { inputs: async () => declared, observed: async () => [1, 2, 3] };

    expect(
      await runTest(
        test(),
        fakeSession(([value = 0]) => [value], own),
      ),
    ).toMatchObject({ passed: true });
    expect(await runTest(test(), fakeSession(falling, own))).toMatchObject({ passed: false });
    expect(await runTest(test(), fakeSession(falling))).toEqual({
      passed: true,
      detail: 'the pipeline of this model declares no monotone column',
    });
  });

  it('fails for a column without numbers, and where the endpoint fails', async () => {
    const region = { columns: [{ column: 'region', direction: 'increasing' }] };
    const session = fakeSession(() => [1], { observed: async () => ['north', 'south'] });
    expect(await runTest(test(region), session)).toEqual({
      passed: false,
      detail: 'region: has values that are no numbers',
    });
    const down = fakeSession(() => [Number.NaN]);
    expect(await runTest(test({ columns: [income] }), down)).toMatchObject({ passed: false });
  });

  it('shows all its raw rows to who checks them', () => {
    const own = { request: { rows: [{ phone: true }] }, columns: [income, { column: 'age', direction: 'increasing' }] };
    expect(monotonicity.rawRows(test(own) as never)).toEqual([
      { phone: true },
      { income: 300 },
      { income: 100 },
      { income: 200 },
      { age: null },
    ]);
    expect(monotonicity.rawRows(test() as never)).toEqual([]);
  });

  it.each([
    { columns: [] },
    { columns: [income, income] },
    { columns: [{ ...income, values: [1] }] },
    { columns: [{ ...income, direction: 'up' }] },
    { output: 0 },
  ])('is refused with %j', (own) => {
    expect(endpointTestSchema.safeParse({ ...test(), ...own }).success).toBe(false);
  });
});

describe('the wrong way of a series', () => {
  const series = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 1, maxLength: 12 });

  it('is nothing for a series in order, and the whole fall for one in the other order', () => {
    fc.assert(
      fc.property(series, (values) => {
        const rising = values.toSorted((a, b) => a - b);
        const span = (rising.at(-1) as number) - (rising[0] as number);
        expect(wrongWay(rising, 'increasing')).toBe(0);
        expect(wrongWay(rising.toReversed(), 'decreasing')).toBe(0);
        expect(wrongWay(rising, 'decreasing')).toBeCloseTo(span, 12);
      }),
    );
  });

  it('is the largest fall from any value to any later one', () => {
    fc.assert(
      fc.property(series, (values) => {
        const falls = values.flatMap((a, i) => values.slice(i).map((b) => a - b));
        expect(wrongWay(values, 'increasing')).toBe(Math.max(...falls));
      }),
    );
  });

  it('is nothing where no answer was changed', () => {
    const change = { column: 'x', direction: 'increasing' as const };
    const varied = { change, values: [], base: [[0]], changed: [[]] };
    expect(wrongRows(varied, { output: 1, tolerance: 0 })).toBeUndefined();
  });
});
