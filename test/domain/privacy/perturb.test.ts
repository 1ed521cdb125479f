import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucket } from '#domain/privacy/bucket';
import { dateShift } from '#domain/privacy/date-shift';
import { noise } from '#domain/privacy/noise';
import { testEngine } from '../../fakes/data-run.ts';

const ask = async (sql: string) => {
  using engine = await testEngine();
  // the engine is open until the answer is there
  return await engine.query('ask', sql);
};
const numbers = async (sql: string): Promise<number[]> => (await ask(sql)).map((row) => Number(row['v']));
const day = 86_400_000;

describe('bucket', () => {
  const { sql } = bucket.clean({ edges: [18, 30, 65] });
  it('gives the number of the bucket, an edge to the upper one', async () => {
    const values = '(VALUES (-5), (17.9), (18), (29), (30), (64), (65), (999)) t(x)';
    expect(await numbers(`SELECT ${sql('x::DOUBLE')} AS v FROM ${values}`)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });
  it('leaves a missing value missing', async () => {
    expect(await ask(`SELECT ${sql('NULL::DOUBLE')} AS v`)).toEqual([{ v: null }]);
  });
  it('takes edges that rise alone', () => {
    expect(bucket.settings.edges.safeParse([3, 2]).success).toBe(false);
    expect(bucket.settings.edges.safeParse([2, 2]).success).toBe(false);
  });
});

describe('dateShift', () => {
  const shift = dateShift.clean({ days: 30 });
  it('moves all dates of a subject by the same days, which are never none, and other subjects by others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 10_000 })), {
          minLength: 1,
          maxLength: 20,
        }),
        async (dates) => {
          const values = dates.map(([who, days]) => `('${who}', TIMESTAMP '1970-01-01' + to_days(${days}))`).join(', ');
          const rows = await ask(
            `SELECT who, epoch_ms(${shift.sql('d', 'who')}) - epoch_ms(d) AS v FROM (VALUES ${values}) t(who, d)`,
          );
          const moves = new Map<unknown, Set<number>>();
          for (const row of rows)
            moves.set(row['who'], (moves.get(row['who']) ?? new Set()).add(Number(row['v']) / day));
          for (const own of moves.values()) {
            expect(own.size).toBe(1);
            const [days = 0] = own;
            expect(Math.abs(days)).toBeGreaterThanOrEqual(1);
            expect(Math.abs(days)).toBeLessThanOrEqual(30);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
  it('uses all days, of a request too', async () => {
    const of = (sql: string) =>
      numbers(
        `SELECT DISTINCT (epoch_ms(${sql}) - epoch_ms(d)) / ${day} AS v FROM (SELECT TIMESTAMP '2000-01-01' AS d, i::VARCHAR AS who FROM range(5000) t(i)) ORDER BY v`,
      );
    const all = Array.from({ length: 60 }, (_, i) => (i < 30 ? i - 30 : i - 29));
    expect(await of(shift.sql('d', 'who'))).toEqual(all);
    expect(await of(shift.online('d'))).toEqual(all);
  });
  it('leaves nothing of a date whose subject is missing', async () => {
    expect(await ask(`SELECT ${shift.sql("TIMESTAMP '2000-01-01'", 'NULL::VARCHAR')} AS v`)).toEqual([{ v: null }]);
    expect(await ask(`SELECT ${shift.sql("TIMESTAMP '2000-01-01'")} AS v`)).toEqual([{ v: null }]);
  });
});

describe('noise', () => {
  const from = '(SELECT 100::DOUBLE AS x, i::VARCHAR AS who FROM range(20000) t(i))';
  it.each([
    ['laplace', 5 * Math.SQRT2],
    ['gaussian', 5],
  ] as const)('of %s has mean 0 and the stated spread, the same for a retry', async (distribution, deviation) => {
    const { sql, online } = noise.clean({ scale: 5, distribution });
    for (const of of [sql('x', 'who'), online('x')]) {
      const [row] = await ask(
        `SELECT avg(v) AS mean, stddev_pop(v) AS deviation, count(v) AS n FROM (SELECT ${of} AS v FROM ${from})`,
      );
      expect(Math.abs(Number(row?.['mean']) - 100)).toBeLessThan(0.3);
      expect(Number(row?.['deviation']) / deviation).toBeCloseTo(1, 1);
      expect(row?.['n']).toBe(20_000);
    }
    const twice = () => ask(`SELECT ${sql('x', 'who')} AS v FROM ${from} LIMIT 5`);
    expect(await twice()).toEqual(await twice());
  });
  it('of one value of one subject is the same, of another value another', async () => {
    const { sql } = noise.clean({ scale: 5, distribution: 'laplace' });
    const values = await numbers(
      `SELECT ${sql('x', 'who')} - x AS v FROM (VALUES (1.0, 'a'), (1.0, 'a'), (2.0, 'a'), (1.0, 'b')) t(x, who)`,
    );
    expect(values[0]).toBe(values[1]);
    expect(new Set(values).size).toBe(3);
  });
  it('too small to change a value leaves nothing of it', async () => {
    const { sql } = noise.clean({ scale: 1e-300, distribution: 'laplace' });
    expect(await ask(`SELECT ${sql('1.5::DOUBLE', "'a'")} AS v`)).toEqual([{ v: null }]);
  });
});
