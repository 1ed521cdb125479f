import { expect, it } from 'vitest';
import { countKeys, countPrefix, readSketchKey, sketchesPrefix } from '#domain/drift/windows/layout';

const prefix = countPrefix('loan', 'r1', '2026-01-02T03:04:05.678Z');
const keys = countKeys(prefix);

it('what is counted lies below one prefix of the pipeline, apart by the model and the time it began', () => {
  expect(prefix).toBe('loan/drift-sketches/r1/2026-01-02T03-04-05.678Z/');
  expect(prefix.startsWith(sketchesPrefix('loan'))).toBe(true);
  expect(keys.plan(3, 'abc')).toBe(`${prefix}plans/000003-abc.json`);
  expect(keys.ledger(3, 'abc')).toBe(`${prefix}ledgers/000003-abc.json`);
  expect(keys.sample('2026/01/02/03', 3, 4)).toBe(`${prefix}samples/2026/01/02/03/000003-000004.json`);
});

it('the key of a sketch tells its hour, count and batch', () => {
  const key = keys.sketch('2026/01/02/03', 3, 4);
  expect(readSketchKey(key.slice(keys.sketches.length))).toEqual({ hour: '2026/01/02/03', count: 3, batch: 4 });
  const merged = keys.merged('2026/01/02/03', 3);
  expect(readSketchKey(merged.slice(keys.sketches.length))).toEqual({
    hour: '2026/01/02/03',
    count: 3,
    batch: 'merged',
  });
  expect(keys.mergedSample('2026/01/02/03', 3)).toBe(`${prefix}samples/2026/01/02/03/000003-merged.json`);
  expect(readSketchKey('2026/01/02/03/readme.txt')).toBeUndefined();
});
