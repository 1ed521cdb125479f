import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { DataEngineError } from '#domain/errors';
import { functionMemoryMb, openEngine, scrubbed } from '#functions/shards/duckdb';
import { keepStatements } from '#functions/shards/kept-statements';

describe('an error of the engine', () => {
  test('never quotes a row, in its message, stack or cause', async () => {
    const engine = await openEngine({ memoryMb: 512 });
    try {
      const failing = [
        "SELECT CAST(v AS INTEGER) FROM (VALUES ('Jane Secret')) t(v)",
        "SELECT error(v) FROM (VALUES ('Jane Secret')) t(v)",
        "SELECT CAST(v AS DATE) FROM (VALUES ('Jane Secret')) t(v)",
      ];
      for (const sql of failing) {
        const error = (await engine.query('do a thing', sql).catch((e: unknown) => e)) as Error;
        expect(error).toBeInstanceOf(DataEngineError);
        expect(error.message).toMatch(/^Cannot do a thing: /);
        expect(`${error.message}${error.stack}${error.cause}`).not.toContain('Jane');
      }
      // the statement's own words are shown when they are what is wrong
      await expect(engine.query('look', 'SELECT nothing_there')).rejects.toThrow('nothing_there');
      // but not the names of the file that stand beside them, and not at length
      const beside = await engine.query('look', 'SELECT nam FROM (SELECT 1 AS "Jane Secret")').catch((e) => e as Error);
      expect(String(beside)).toContain('"nam"');
      expect(String(beside)).not.toContain('Jane');
      const long = await engine.query('look', `SELECT ${'a'.repeat(5000)}`).catch((e) => e as Error);
      expect(String(long).length).toBeLessThan(300);
    } finally {
      engine.close();
    }
  });
  test('says what to do about it', () => {
    const advice = (message: string) => scrubbed('read a.csv', new Error(message)).message;
    expect(advice('Out of Memory Error: failed to allocate')).toContain('Give the function more memory');
    expect(advice('IO Error: Could not write file')).toContain('ephemeral storage');
    expect(advice('IO Error: No magic bytes')).toContain('Check that it is whole');
    expect(advice('Invalid Input Error: CSV Error on Line: 7\nOriginal Line: Jane Secret')).toBe(
      'Cannot read a.csv, near line 7: the file is not of the format the pipeline names, or damaged. Write it again, and drop it again.',
    );
    expect(advice('Invalid Error: TProtocolException: Jane Secret')).toMatch(
      /or damaged. Write it again, and drop it again.$/,
    );
    expect(advice('Conversion Error: Jane Secret')).toBe('Cannot read a.csv: DuckDB reported Conversion Error.');
  });
});

describe('an engine that keeps its statements', () => {
  const open = () => openEngine({ memoryMb: 512, threads: 1, keptStatements: 2 });
  const twice = 'SELECT CAST($1 AS INTEGER) * 2 AS twice';

  test('answers each request by its own parameters, also two at once', async () => {
    const engine = await open();
    try {
      const ask = async (value: string) => (await engine.query('double', twice, [value]))[0]?.['twice'];
      expect([await ask('1'), await ask('2')]).toEqual([2, 4]);
      expect(await Promise.all(['3', '4', '5'].map(ask))).toEqual([6, 8, 10]);
    } finally {
      engine.close();
    }
  });
  test('answers after a statement failed, without a word of its row', async () => {
    const engine = await open();
    try {
      const failed = await engine.query('double', twice, ['Jane Secret']).catch((e: unknown) => e as Error);
      expect(failed).toBeInstanceOf(DataEngineError);
      expect(String(failed)).not.toContain('Jane');
      expect(await engine.query('double', twice, ['7'])).toEqual([{ twice: 14 }]);
    } finally {
      engine.close();
    }
  });
});

describe('kept statements', () => {
  /** A connection that counts the statements it planned and names those that were freed. */
  function fakeConnection() {
    const planned: string[] = [];
    const freed: string[] = [];
    const prepare = (sql: string) => {
      planned.push(sql);
      return Promise.resolve({ destroySync: () => void freed.push(sql) } as unknown as DuckDBPreparedStatement);
    };
    return { planned, freed, connection: { prepare } };
  }
  const use = () => Promise.resolve('done');

  test('are planned once', async () => {
    const { planned, freed, connection } = fakeConnection();
    const kept = keepStatements(connection, 2);
    for (const sql of ['a', 'a', 'b', 'a']) expect(await kept.run(sql, use)).toBe('done');
    expect({ planned, freed }).toEqual({ planned: ['a', 'b'], freed: [] });
  });
  test('make room for others: the one that was used longest ago is freed', async () => {
    const { planned, freed, connection } = fakeConnection();
    const kept = keepStatements(connection, 2);
    for (const sql of ['a', 'b', 'a', 'c', 'a']) await kept.run(sql, use);
    expect({ planned, freed }).toEqual({ planned: ['a', 'b', 'c'], freed: ['b'] });
    kept.close();
    expect(freed.toSorted()).toEqual(['a', 'b', 'c']);
  });
  test('are freed where two ran at once, or one failed', async () => {
    const { planned, freed, connection } = fakeConnection();
    const kept = keepStatements(connection, 2);
    await Promise.all([kept.run('a', use), kept.run('a', use)]);
    expect({ planned, freed }).toEqual({ planned: ['a', 'a'], freed: ['a'] });
    await expect(kept.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(freed).toEqual(['a', 'a']);
  });
});

describe('the engine', () => {
  test('keeps to its share of the function memory and to UTC', async () => {
    const engine = await openEngine({ memoryMb: 1000 });
    try {
      const [row] = await engine.query(
        'look',
        "SELECT current_setting('memory_limit') AS memory, current_setting('TimeZone') AS zone, 9007199254740993 AS big, 7::BIGINT AS small",
      );
      expect(row).toEqual({ memory: '700.0 MiB', zone: 'UTC', big: 9007199254740993n, small: 7 });
    } finally {
      engine.close();
    }
  });
  test('takes its memory from what Lambda gives the function', () => {
    expect(functionMemoryMb({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3008' })).toBe(3008);
    expect(functionMemoryMb({})).toBe(2048);
  });
});
