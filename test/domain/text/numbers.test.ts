import { describe, expect, test } from 'vitest';
import { bytes, count, counted, decimal, duration } from '#domain/text/numbers';

describe('numbers read well', () => {
  test.each([
    [count(2_000_000), '2,000,000'],
    [counted(1, 'object'), '1 object'],
    [counted(0, 'row'), '0 rows'],
    [counted(1, 'reply'), '1 reply'],
    [counted(2, 'reply'), '2 replies'],
    [counted(2, 'day'), '2 days'],
    [decimal(0.812345), '0.8123'],
    [decimal(0.5), '0.5'],
    [decimal(12.3456), '12.35'],
    [decimal(48_210.7), '48,211'],
    [decimal(0.00001234), '1.2e-5'],
    [decimal(-0.25), '-0.25'],
    [decimal(Number.NaN), 'n/a'],
    [decimal(Number.NEGATIVE_INFINITY), '-∞'],
    [bytes(512), '512 B'],
    [bytes(1500), '1.5 kB'],
    [bytes(196_000_000), '196 MB'],
    [bytes(999_600), '1 MB'],
    [duration(840), '840 ms'],
    [duration(5230), '5.2 s'],
    [duration(59_700), '1 min'],
    [duration(252_000), '4 min 12 s'],
    [duration(7_500_000), '2 h 5 min'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});
