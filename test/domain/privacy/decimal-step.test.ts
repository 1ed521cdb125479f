import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generalized } from '#domain/privacy/generalize';
import { type OpenEngine, openEngine } from '#functions/shards/duckdb';

let engine: OpenEngine;
beforeAll(async () => {
  engine = await openEngine({ memoryMb: 512 });
});
afterAll(() => engine.close());

/** Numbers rounded down to a multiple of a width, by the engine. */
async function steps(values: readonly number[], binWidth: number): Promise<unknown[]> {
  const { sql } = generalized({ binWidth });
  const rows = values.map((v) => `(CAST('${v}' AS DOUBLE))`).join(', ');
  const found = await engine.query('step', `SELECT ${sql('v')} AS step FROM (VALUES ${rows}) t(v)`);
  return found.map(({ step }) => step);
}

/** The same by whole numbers alone. Texts are decimals. */
function exactStep(value: string, width: string): number {
  const decimals = Math.max(...[value, width].map((text) => text.split('.')[1]?.length ?? 0));
  const scaled = (text: string) => {
    const [whole = '', fraction = ''] = text.split('.');
    return BigInt(`${whole}${fraction.padEnd(decimals, '0')}`);
  };
  const [v, w] = [scaled(value), scaled(width)];
  const down = v % w < 0n ? v / w - 1n : v / w;
  return Number(`${down * w}e-${decimals}`);
}
const decimal = (most: number, places: number) =>
  fc.tuple(fc.integer({ min: -most, max: most }), fc.integer({ min: 0, max: places })).map(([n, at]) => {
    const digits = String(Math.abs(n)).padStart(at + 1, '0');
    const text = at === 0 ? digits : `${digits.slice(0, -at)}.${digits.slice(-at)}`;
    return n < 0 ? `-${text}` : text;
  });

describe('a number that is rounded down to a multiple of a width', () => {
  it('has the decimals of the width, and stays where it is one', async () => {
    expect(await steps([48.35, 48.3, 48.29999, 0, -0.05, 0.7, 2.9], 0.1)).toEqual([
      48.3, 48.3, 48.2, 0, -0.1, 0.7, 2.9,
    ]);
    expect(await steps([17, 15, -1, 4.999], 5)).toEqual([15, 15, -5, 0]);
    expect(await steps([2.4, 2.5, 1e6 + 0.3], 0.25)).toEqual([2.25, 2.5, 1_000_000.25]);
    expect(await steps([0.000_000_35, 3e-7], 1e-7)).toEqual([3e-7, 3e-7]);
    expect(await steps([2.5e21, 1e21], 1e21)).toEqual([2e21, 1e21]);
  });

  it('is the one that whole numbers give', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(decimal(1e9, 6), { minLength: 1, maxLength: 40 }),
        decimal(1e5, 4).filter((width) => Number(width) > 0),
        async (values, width) => {
          const found = await steps(values.map(Number), Number(width));
          // 0 and -0 are the same number
          expect(found.map((step) => Number(step) + 0)).toEqual(values.map((value) => exactStep(value, width) + 0));
        },
      ),
    );
  });

  it('is near it where float64 has no exact steps', async () => {
    const [huge, tiny, long] = [await steps([1e300], 0.1), await steps([5.5e-30], 1e-30), await steps([1], 0.1 + 0.2)];
    expect(huge).toEqual([expect.closeTo(1e300, -290)]);
    expect(Number(tiny[0])).toBeCloseTo(5e-30, 40);
    expect(Number(long[0])).toBeCloseTo(3 * (0.1 + 0.2), 12);
  });
});
