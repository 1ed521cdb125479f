import { describe, expect, test } from 'vitest';
import { kindChecks, normalizedSql, typedSql } from '#domain/data/typing';
import { columnReading } from '#domain/data/value-settings';
import { text } from '#domain/sql/literals';
import { pipelineSchema } from '#schemas/pipeline';
import type { CleanKind } from '#schemas/records/profile';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

async function one(sql: string): Promise<unknown> {
  using engine = await testEngine();
  return (await engine.query('type a value', `SELECT ${sql} AS value`))[0]?.['value'];
}

const plain = columnReading('x', pipelineSchema.parse(smallPipeline({})).dataset);

describe('a value', () => {
  test.each<[CleanKind, string, unknown]>([
    ['number', '1e3', 1000],
    ['number', 'abc', null],
    ['category', '2.0', '2'],
    ['category', '-7.0', '-7'],
    ['category', '1.2.0', '1.2.0'],
    ['category', 'a.0', 'a.0'],
    ['boolean', 'TRUE', true],
    ['boolean', '0.0', false],
    ['boolean', 'maybe', null],
    ['text', '2.0', '2'],
    ['datetime', '2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['datetime', '2026-01-31T10:00:00Z', '2026-01-31T10:00:00.000Z'],
    ['datetime', '2026-01-31T10:00:00+02:00', '2026-01-31T08:00:00.000Z'],
    ['datetime', '2026-01-31 10:00:00', '2026-01-31T10:00:00.000Z'],
    ['datetime', '31.01.2026', null],
  ])('of kind %s reads %s as %s', async (kind, raw, value) => {
    expect(await one(typedSql(kind, text(raw), plain))).toBe(value);
  });

  test.each<[CleanKind, string, boolean]>([
    ['number', "'5'", false],
    ['number', "'abc'", true],
    ['number', "'inf'", true],
    ['number', 'CAST(NULL AS VARCHAR)', false],
    ['boolean', "'maybe'", true],
    ['datetime', "'infinity'", true],
    ['datetime', "'2026-01-31'", false],
  ])('of kind %s, %s, is malformed: %s', async (kind, raw, malformed) => {
    const [check] = kindChecks('c', kind, raw, typedSql(kind, raw, plain), plain);
    expect(check).toMatchObject({ column: 'c', reason: expect.stringContaining('not ') });
    expect(await one(check?.condition ?? '')).toBe(malformed);
  });

  test.each<CleanKind>(['category', 'text'])('of kind %s is never malformed', (kind) => {
    expect(kindChecks('c', kind, 'r', 't', plain)).toEqual([]);
  });
});

describe('a raw text', () => {
  const reading = (csv: object) => columnReading('x', pipelineSchema.parse(smallPipeline({ csv })).dataset);

  test.each<[string, object, string, string | null]>([
    ['is trimmed, then compared with the null values', { trim: true, nullValues: ['', '?'] }, ' ?\t', null],
    ['is kept when it is no null value', { trim: true, nullValues: ['?'] }, ' a b ', 'a b'],
    ['is as it stands when blanks count', { trim: false, nullValues: ['?'] }, ' ?', ' ?'],
    ['is never null when the pipeline names no null value', { trim: false, nullValues: [] }, '', ''],
  ])('%s', async (_, csv, raw, value) => {
    expect(await one(normalizedSql(text(raw), 'category', reading(csv)))).toBe(value);
  });

  test('is only composed where the reader knows nulls', async () => {
    expect(await one(normalizedSql(text(''), 'category', plain, true))).toBe('');
    expect(await one(normalizedSql(text('\ufeffcafe\u0301'), 'text', plain, true))).toBe('café');
    expect(normalizedSql('r', 'number', plain, true)).toBe('r');
  });
});
