import { describe, expect, test } from 'vitest';
import { DataEngineError } from '#domain/errors';
import { functionMemoryMb, openEngine, scrubbed } from '#functions/shards/duckdb';

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
