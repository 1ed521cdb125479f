import fc from 'fast-check';
import { expect, it } from 'vitest';
import { currentSketches, hoursToMerge } from '#domain/drift/windows/compaction';
import { countKeys, keysOfSketch, readSketchKey } from '#domain/drift/windows/layout';

const keys = countKeys('p/');
const hour = '2026/01/02/03';
const nameOf = (key: string): string => key.slice(keys.sketches.length);
const sketch = (count: number, batch = 0): string => nameOf(keys.sketch(hour, count, batch));
const merged = (count: number): string => nameOf(keys.merged(hour, count));

it('an hour is told by its newest merged sketch and those of its count and later', () => {
  const names = [sketch(1), sketch(2), merged(3), sketch(3), sketch(4), merged(5), sketch(5), sketch(6), 'readme.txt'];
  const told = (count: number) => (currentSketches(names, count).get(hour) ?? []).map((own) => [own.count, own.batch]);

  expect(told(2)).toEqual([
    [1, 0],
    [2, 0],
  ]);
  expect(told(4)).toEqual([
    [3, 'merged'],
    [3, 0],
    [4, 0],
  ]);
  expect(told(9)).toEqual([
    [5, 'merged'],
    [5, 0],
    [6, 0],
  ]);
});

it('an hour with more than four is merged, and not again until it has as many', () => {
  const names = [1, 2, 3, 4].map((count) => sketch(count));
  expect(hoursToMerge(names, 4)).toEqual([]);
  const five = [...names, sketch(4, 1)];
  expect(hoursToMerge(five, 4)).toEqual([{ hour, sketches: five.map((name) => readSketchKey(name)) }]);
  expect(hoursToMerge([...five, merged(5), sketch(5)], 5)).toEqual([]);
});

it('every sketch counts once, whatever is merged and when', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ batches: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 30 }),
      (counts) => {
        const names: string[] = [];
        const rows = new Map<string, number>();
        let total = 0;
        for (const [i, { batches }] of counts.entries()) {
          const count = i + 1;
          for (const { sketches } of hoursToMerge(names, i)) {
            const sum = sketches.reduce((all, own) => all + (rows.get(nameOf(keysOfSketch(keys, own).sketch)) ?? 0), 0);
            names.push(merged(count));
            rows.set(merged(count), sum);
          }
          for (let batch = 0; batch < batches; batch++) {
            names.push(sketch(count, batch));
            rows.set(sketch(count, batch), 1);
            total++;
          }
          const told = currentSketches(names, count).get(hour) ?? [];
          const sum = told.reduce((all, own) => all + (rows.get(nameOf(keysOfSketch(keys, own).sketch)) ?? 0), 0);
          expect(sum).toBe(total);
          // what is read grows with the batches of a count, not with the counts
          expect(told.length).toBeLessThanOrEqual(4 + 1 + 2 * 3);
        }
      },
    ),
  );
});
