import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyId, tokenNumberSql, tokenOf, tokenSql } from '#domain/privacy/tokenize';
import { openEngine } from '#functions/shards/duckdb';

const tokensInSql = async (key: Uint8Array, values: readonly (string | null)[]) => {
  const engine = await openEngine({ memoryMb: 512, tokenKeys: { current: key } });
  try {
    const rows = await engine.query(
      'tokenize',
      `SELECT ${tokenSql('v')} AS token FROM (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')) AS v)`,
      [JSON.stringify(values)],
    );
    return rows.map((r) => r['token']);
  } finally {
    engine.close();
  }
};

/** JSON cannot carry lone surrogates to the engine. */
const anyText = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((s) => s.isWellFormed() && !s.includes('\0'));

describe('tokens', () => {
  test('have a number: the first 64 of their bits, none where there is no token', async () => {
    const key = new TextEncoder().encode('key');
    const token = tokenOf(key, 'a value');
    const digits = createHmac('sha256', key).update('a value').digest('hex').slice(0, 16);
    const engine = await openEngine({ memoryMb: 512 });
    try {
      const numbers = [`'${token}'`, 'NULL'].map((own) => `CAST(${tokenNumberSql(own)} AS VARCHAR)`);
      const [row] = await engine.query('number', `SELECT ${numbers[0]} AS own, ${numbers[1]} AS none`);
      expect(row).toEqual({ own: String(BigInt(`0x${digits}`)), none: null });
    } finally {
      engine.close();
    }
  });

  test('are the first 128 bits of HMAC-SHA-256 for keys and values of any length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 130 }),
        fc.array(anyText, { minLength: 1, maxLength: 40 }),
        async (key, values) => {
          const expected = values.map(
            (v) => `tok_${keyId(key)}_${createHmac('sha256', key).update(v).digest('hex').slice(0, 32)}`,
          );
          expect(await tokensInSql(key, values)).toEqual(expected);
          expect(values.map((v) => tokenOf(key, v))).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('agree with the test vectors of RFC 4231, whose keys are shorter and longer than a block', async () => {
    const shortKey = Buffer.from('Jefe');
    expect(await tokensInSql(shortKey, ['what do ya want for nothing?'])).toEqual([
      `tok_${keyId(shortKey)}_5bdcc146bf60754e6a042426089575c7`,
    ]);
    const longKey = Buffer.alloc(131, 0xaa);
    expect(await tokensInSql(longKey, ['Test Using Larger Than Block-Size Key - Hash Key First'])).toEqual([
      `tok_${keyId(longKey)}_60e431591ee0b67f0d8a26aacbf5b77f`,
    ]);
  });

  test('of a missing value stay missing', async () => {
    expect(await tokensInSql(Buffer.from('k'), [null, 'a'])).toEqual([null, tokenOf(Buffer.from('k'), 'a')]);
  });

  test('keep the key out of errors', async () => {
    const key = new TextEncoder().encode('the-secret-of-this-test-must-not-show');
    const engine = await openEngine({ memoryMb: 512, tokenKeys: { current: key } });
    const hex = Buffer.from(key).toString('hex');
    try {
      const failing = [
        "SELECT error(getvariable('current_inner_pad')::VARCHAR)",
        `SELECT CAST(${tokenSql("'a'")} AS INTEGER)`,
        'SELECT nothing',
      ];
      for (const sql of failing) {
        const error = await engine.query('fail', sql).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(Error);
        const shown =
          `${error} ${(error as Error).stack} ${JSON.stringify(error)} ${(error as Error).cause}`.toLowerCase();
        expect(shown).not.toContain('the-secret');
        expect(shown).not.toContain(hex.slice(0, 16));
        expect(shown).not.toContain('\\x');
      }
    } finally {
      engine.close();
    }
  });
});
