import { expect, it } from 'vitest';
import { columnSchema } from '#domain/data/column-schema';
import { featureSelectSql } from '#domain/data/transform';
import { cyclicFeature, onCircle } from '#domain/encodings/cyclic';
import { datetime } from '#domain/encodings/datetime';
import { testEngine } from '../../fakes/data-run.ts';

async function encode(cycle: Parameters<typeof onCircle>[1], times: readonly string[]): Promise<number[][]> {
  using engine = await testEngine();
  const list = times.map((time) => `TIMESTAMP '${time}'`).join(', ');
  const sql = featureSelectSql({ features: onCircle('t', cycle) }, `(SELECT unnest([${list}]) AS t)`);
  return (await engine.query('encode', sql)).map((row) => [Number(row['x0']), Number(row['x1'])]);
}
const apart = ([a = [], b = []]: number[][]) => Math.hypot(...a.map((x, i) => x - (b[i] ?? 0)));

it('a part of a time lies on a circle, where its ends meet', async () => {
  const month = (one: number, other: number) =>
    encode(
      'month',
      [one, other].map((own) => `2026-${String(own).padStart(2, '0')}-15`),
    ).then(apart);
  expect(await month(12, 1)).toBeCloseTo(await month(6, 7), 12);
  expect(await month(12, 6)).toBeCloseTo(2, 12);
});

it.each([
  ['hour', '2026-01-01 06:59:00', [1, 0]],
  ['month', '2026-03-01', [1, 0]],
  ['month', '2026-12-31', [0, 1]],
  // a Thursday
  ['dayOfWeek', '2026-01-01', [Math.sin((8 * Math.PI) / 7), Math.cos((8 * Math.PI) / 7)]],
  ['dayOfMonth', '2026-01-31', [0, 1]],
  ['dayOfYear', '2024-12-31', [0, 1]],
] as const)('the %s of %s is at its place', async (cycle, time, [sin, cos]) => {
  const [[x, y] = []] = await encode(cycle, [time]);
  expect(x).toBeCloseTo(sin, 12);
  expect(y).toBeCloseTo(cos, 12);
});

it('a time has both coordinates of each part, and drift does not watch them', () => {
  const profile = { kind: 'datetime', missing: 0, trainMissing: 0, min: '2026-01-01', max: '2026-02-01' } as const;
  expect(datetime.fit('t', { parts: ['year'], cyclic: ['month'] }, profile)).toMatchObject({
    features: [{ name: 't:year' }, { name: 't:month:sin', wave: 'sin' }, { name: 't:month:cos', wave: 'cos' }],
  });
  expect(cyclicFeature.watched()).toEqual({ as: 'nothing' });
});

it('a time names what becomes a model input', () => {
  const problem = (fields: object) =>
    columnSchema.safeParse({ role: 'feature', type: 'datetime', ...fields }).error?.issues[0]?.message;
  expect(problem({ cyclic: ['hour'] })).toBeUndefined();
  expect(problem({ parts: ['hour'] })).toBeUndefined();
  expect(problem({})).toBe('name parts of the time that become model inputs: parts, cyclic or both');
});
