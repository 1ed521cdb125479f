import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anonymitySql,
  groupsSql,
  perturbedColumns,
  quasiColumns,
  readAnonymity,
  smallGroup,
} from '#domain/anonymity/groups';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const row = fc.record({
  zip: fc.option(fc.constantFrom('a', 'b', '1:a')),
  age: fc.option(fc.constantFrom(10, 20)),
  label: fc.constantFrom(0, 1, 2),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;
const literal = (value: string | number | null) => (typeof value === 'string' ? `'${value}'` : String(value));
const relation = (rows: readonly Row[]) =>
  `(SELECT * FROM (VALUES ${rows.map((r) => `(CAST(${literal(r.zip)} AS VARCHAR), CAST(${literal(r.age)} AS DOUBLE), CAST(${r.label} AS DOUBLE))`).join(', ')}) t(zip, age, _label))`;

/** k and l by their definitions, over all rows at once. */
function byDefinition(rows: readonly Row[]) {
  const groups = [...Map.groupBy(rows, (r) => JSON.stringify([r.zip, r.age])).values()];
  const labels = (group: readonly Row[]) => new Set(group.map((r) => r.label)).size;
  const share = (some: readonly (readonly Row[])[]) => some.reduce((sum, group) => sum + group.length, 0) / rows.length;
  return {
    columns: ['zip', 'age'],
    rows: rows.length,
    groups: groups.length,
    k: Math.min(...groups.map((group) => group.length)),
    rowsBelow5: share(groups.filter((group) => group.length < smallGroup)),
    l: Math.min(...groups.map(labels)),
    oneLabel: share(groups.filter((group) => labels(group) === 1)),
  };
}

describe('anonymity over shards', () => {
  it('is what the definitions give over all rows, however the rows are divided', async () => {
    using engine = await testEngine();
    const columns = [{ name: 'zip' }, { name: 'age' }];
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(), async (rows, cut) => {
        const at = cut % rows.length;
        const shards = [rows.slice(0, at), rows.slice(at)].filter((shard) => shard.length > 0);
        const groups = shards
          .map((shard) => `SELECT * FROM (${groupsSql(columns, relation(shard))})`)
          .join(' UNION ALL ');
        const [answer] = await engine.query('measure', anonymitySql(`(${groups})`));
        expect(readAnonymity(['zip', 'age'], answer, true)).toEqual(byDefinition(rows));
      }),
      { numRuns: 60 },
    );
  });

  it('has no diversity of labels where the label is a number', () => {
    expect(readAnonymity(['zip'], { rows: 3, groups: 1, k: 3, below: 3, l: 3, one: 0 }, false)).toMatchObject({
      l: null,
      oneLabel: null,
    });
  });

  it('is nothing without rows', () => {
    expect(readAnonymity(['zip'], undefined, true)).toMatchObject({ rows: 0, groups: 0, k: 0, rowsBelow5: 0, l: 0 });
  });
});

it('rows are not grouped by columns whose values differ from subject to subject', () => {
  const columns = {
    x: { role: 'feature', type: 'number' },
    zip: { role: 'quasi', action: 'generalize', keepFirst: 3 },
    age: { role: 'quasi', action: 'bucket', edges: [30, 60] },
    born: { role: 'quasi', action: 'dateShift', days: 30 },
    income: { role: 'quasi', action: 'noise', scale: 500 },
    email: { role: 'pii', action: 'tokenize' },
  };
  const pipeline = pipelineSchema.parse(smallPipeline({ id: 'id', columns }));
  expect(quasiColumns(pipeline).map(({ name }) => name)).toEqual(['zip', 'age']);
  expect(perturbedColumns(pipeline)).toEqual(['born', 'income']);
  expect(readAnonymity(['zip'], undefined, true, ['born'])).toMatchObject({ columns: ['zip'], perturbed: ['born'] });
  expect(readAnonymity(['zip'], undefined, true)).not.toHaveProperty('perturbed');
});
