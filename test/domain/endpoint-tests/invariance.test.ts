import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedRows, invariance } from '#domain/endpoint-tests/invariance';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import { fakeSession, inputs } from '../../fakes/test-session.ts';

const test = (own: Record<string, unknown> = {}) =>
  endpointTestSchema.parse({ id: 'i', kind: 'invariance', request: { body: '100,1,0,1\n200,0,1,0' }, ...own });
const phone = { columns: [{ column: 'phone', values: [true, false] }] };

describe('an invariance test', () => {
  it('passes a model that does not read the column', async () => {
    expect(
      await runTest(
        test(phone),
        fakeSession(([income = 0]) => [income / 1000]),
      ),
    ).toEqual({
      passed: true,
      detail: '1 column in 4 changed rows: the answer stays',
    });
  });

  it('fails a model that does, by row and never by value', async () => {
    const model = ([income = 0, verified = 0]: readonly number[]) => [income / 1000 + 0.05 * verified];
    expect(await runTest(test(phone), fakeSession(model))).toEqual({
      passed: false,
      detail: 'phone: 2 of 2 rows change by more than 0.000001: first row 1, most row 1 by 0.0500',
    });
    const tolerant = { columns: [{ ...phone.columns[0], tolerance: 0.06 }] };
    expect(await runTest(test(tolerant), fakeSession(model))).toMatchObject({ passed: true });
  });

  it('checks every number of an answer', async () => {
    const model = ([, verified = 0]: readonly number[]) => [0.5, 0.5 + 0.1 * verified];
    expect(await runTest(test(phone), fakeSession(model))).toMatchObject({ passed: false });
  });

  it('takes the columns that the pipeline declares, and passes where it declares none', async () => {
    const declared = { ...inputs, invariant: [{ column: 'region', tolerance: 0.2 }] };
    const own = { inputs: async () => declared, observed: async () => ['north', 'south'] };
    const bySouth = (weight: number) => fakeSession((fields) => [weight * (fields[3] ?? 0)], own);

    expect(await runTest(test(), bySouth(0.1))).toMatchObject({ passed: true });
    expect(await runTest(test(), bySouth(0.5))).toMatchObject({ passed: false, detail: /^region: 2 of 2 rows/ });
    expect(
      await runTest(
        test(),
        fakeSession(() => [0]),
      ),
    ).toEqual({
      passed: true,
      detail: 'the pipeline of this model declares no invariant column',
    });
  });

  it('fails where the endpoint answers no numbers', async () => {
    const session = fakeSession(() => [Number.NaN]);
    expect(await runTest(test(phone), session)).toMatchObject({ passed: false, detail: /is not a number/ });
  });

  it('shows all its raw rows to who checks them', () => {
    const own = { request: { rows: [{ income: 1 }] }, columns: [...phone.columns, { column: 'region' }] };
    expect(invariance.rawRows(test(own) as never)).toEqual([
      { income: 1 },
      { phone: true },
      { phone: false },
      { region: null },
    ]);
    expect(invariance.rawRows(test() as never)).toEqual([]);
  });

  it.each([
    { columns: [] },
    { columns: [phone.columns[0], phone.columns[0]] },
    { columns: [{ column: 'phone', values: [] }] },
    { request: { contentType: 'application/json', body: '{}' } },
  ])('is refused with %j', (own) => {
    expect(endpointTestSchema.safeParse({ ...test(), ...own }).success).toBe(false);
  });
});

it('finds a change beyond the tolerance and no other', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }), (values) => {
      const within = (tolerance: number) => ({
        change: { column: 'x', tolerance },
        values,
        base: [[0]],
        changed: [values.map((value) => [value])],
      });
      const most = Math.max(...values.map(Math.abs));
      expect(changedRows(within(most))).toBeUndefined();
      if (most > 1e-9) expect(changedRows(within(most / 2))).toContain('1 of 1 row');
    }),
  );
});
