import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generalized } from '#domain/privacy/generalize';
import { maskSql } from '#domain/privacy/mask';
import { testEngine } from '../../fakes/data-run.ts';

const maskAll = async (values: readonly (string | null)[], keepFirst: number, keepLast: number) => {
  using engine = await testEngine();
  const rows = await engine.query(
    'mask',
    `SELECT ${maskSql('v', { keepFirst, keepLast })} AS masked FROM (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')) AS v)`,
    [JSON.stringify(values)],
  );
  return rows.map((r) => r['masked']);
};

describe('a mask', () => {
  test('keeps the first and last characters and hides the length of the rest', async () => {
    expect(await maskAll(['+1-202-555-0147', '0147-99'], 0, 2)).toEqual(['***47', '***99']);
    expect(await maskAll(['Jürgensen'], 2, 1)).toEqual(['Jü***n']);
  });
  test('hides a short value whole and leaves a missing one missing', async () => {
    expect(await maskAll(['1234', '123', '', null], 1, 1)).toEqual(['1***4', '***', '***', null]);
  });
  test('never shows more than half of a value', async () => {
    const value = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀'), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 20 }),
        fc.nat(8),
        fc.nat(8),
        async (values, first, last) => {
          const masked = await maskAll(values, first, last);
          values.forEach((v, i) => {
            const shown = [...String(masked[i])].length - 3;
            expect(shown * 2).toBeLessThanOrEqual([...v].length);
          });
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('generalizing', () => {
  const evaluate = async (sql: string) => {
    using engine = await testEngine();
    const [row] = await engine.query('generalize', `SELECT CAST(${sql} AS VARCHAR) AS v`);
    return row?.['v'];
  };
  test('cuts a text to its first characters', async () => {
    expect(await evaluate(generalized({ keepFirst: 3 }).sql("'90210'"))).toBe('902');
  });
  test('never leaves a text whole, not one that is as short as what is kept either', async () => {
    expect(await evaluate(generalized({ keepFirst: 3 }).sql("'902'"))).toBe('90');
    expect(await evaluate(generalized({ keepFirst: 8 }).sql("'902'"))).toBe('90');
    expect(await evaluate(generalized({ keepFirst: 1 }).sql("'9'"))).toBe('');
    expect(await evaluate(generalized({ keepFirst: 1 }).sql("''"))).toBe('');
  });
  test('rounds a number down to a multiple, below zero too', async () => {
    expect(await evaluate(generalized({ binWidth: 5 }).sql('37.5::DOUBLE'))).toBe('35.0');
    expect(await evaluate(generalized({ binWidth: 5 }).sql('-0.1::DOUBLE'))).toBe('-5.0');
  });
  test('cuts a time to its year, month or day', async () => {
    const time = "TIMESTAMP '1984-07-23 11:12:13'";
    expect(await evaluate(generalized({ truncateTo: 'year' }).sql(time))).toBe('1984-01-01 00:00:00');
    expect(await evaluate(generalized({ truncateTo: 'month' }).sql(time))).toBe('1984-07-01 00:00:00');
    expect(await evaluate(generalized({ truncateTo: 'day' }).sql(time))).toBe('1984-07-23 00:00:00');
  });
  test('leaves a missing value missing', async () => {
    expect(await evaluate(generalized({ keepFirst: 3 }).sql('NULL::VARCHAR'))).toBeNull();
  });
});
