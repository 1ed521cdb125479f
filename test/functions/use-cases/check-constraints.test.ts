import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { constrainedData } from '#domain/constraints/subjects';
import { suggestConstraints } from '#domain/constraints/suggest';
import { DataQualityError } from '#domain/errors';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { checkConstraints } from '#functions/use-cases/check-constraints';
import { constraintsRecordSchema } from '#schemas/records/constraints';
import { factsSchema } from '#schemas/records/facts';
import { profileSchema } from '#schemas/records/profile';
import { type DataRun, dropRecord, smallPipeline, startRun } from '../../fakes/data-run.ts';

const dataset = {
  id: 'id',
  time: 'at',
  maxMalformedFraction: 1,
  columns: {
    email: { role: 'pii', action: 'tokenize' },
    x: { role: 'feature', type: 'number' },
    c: { role: 'feature', type: 'category' },
    b: { role: 'feature', type: 'boolean' },
    d: { role: 'feature', type: 'datetime', parts: ['year'] },
  },
};
const header = 'id,y,at,email,x,c,b,d\n';

interface Row {
  readonly id?: string;
  readonly y?: string;
  readonly at?: string;
  readonly email?: string;
  readonly x?: string;
  readonly c?: string;
  readonly b?: string;
  readonly d?: string;
}
const line = (i: number, own: Row): string => {
  const row = {
    id: `i${i}`,
    y: String(i % 2),
    at: '2026-01-30',
    email: `person${i}@honeytoken.example`,
    x: String(i),
    c: 'abc'.charAt(i % 3),
    b: i % 2 === 0 ? 'true' : 'false',
    d: '2020-05-01',
    ...own,
  };
  return `${[row.id, row.y, row.at, row.email, row.x, row.c, row.b, row.d].join(',')}\n`;
};

/** A run of shards whose rows are made-up ones with some values replaced. */
async function runOf(constraints: readonly object[], shards: readonly (readonly Row[])[]): Promise<DataRun> {
  const run = await startRun(smallPipeline(dataset, { constraints }));
  let row = 0;
  for (const [i, rows] of shards.entries()) {
    run.drop(`small/d/${i}.csv`, header + rows.map((own) => line(row++, own)).join(''));
    await run.desensitize(`small/d/${i}.csv`, i);
  }
  return run;
}
const check = (run: DataRun, shards = 1) =>
  checkConstraints({ clean: run.clean, artifacts: run.artifacts, memoryMb: 1024 }, run.run, shards, run.pipeline);
const plain = (n: number): Row[] => Array.from({ length: n }, () => ({}));

afterEach(() => vi.restoreAllMocks());

describe('checking the constraints of a drop', () => {
  it.each([
    [
      { check: 'missing', column: 'x', max: 0.2 },
      [{ x: '' }, {}, {}],
      'column "x" has no value in 33.33 % of the rows (1 row)',
    ],
    [
      { check: 'missing', column: 'at', max: 0 },
      [{ at: '' }, {}],
      'column "at" has no value in 50 % of the rows (1 row)',
    ],
    [{ check: 'missing', column: 'email', max: 0 }, [{ email: '' }, {}], 'column "email" has no value in 50 %'],
    [
      { check: 'range', column: 'x', min: 0, max: 10 },
      [{ x: '11' }, { x: '10' }],
      '50 % of the values of column "x" (1 row) are not from 0 to 10',
    ],
    [
      { check: 'range', column: 'x', min: 1 },
      [{ x: '0.5' }, { x: '' }],
      '100 % of the values of column "x" (1 row) are not ≥ 1',
    ],
    [
      { check: 'range', column: 'd', max: '2026-01-01' },
      [{ d: '2026-01-01T00:00:01' }, {}],
      '50 % of the values of column "d" (1 row) are not ≤ 2026-01-01',
    ],
    [
      { check: 'range', column: 'at', min: '2026-01-30T12:00:00+12:00' },
      [{ at: '2026-01-29' }, {}],
      '50 % of the values of column "at"',
    ],
    [
      { check: 'values', column: 'c', allowed: ['a', 'b'] },
      [{ c: 'Mustermann' }, { c: 'a' }],
      '50 % of the values of column "c" (1 row) are not among the 2 allowed values',
    ],
    [
      { check: 'values', column: 'x', allowed: [1, '2'] },
      [{ x: '3' }, { x: '2.0' }],
      '50 % of the values of column "x" (1 row)',
    ],
    [
      { check: 'values', column: 'b', allowed: [true] },
      [{ b: 'false' }, { b: '' }, { b: 'true' }],
      '50 % of the values of column "b" (1 row)',
    ],
    [
      { check: 'unique', column: 'id' },
      [{ id: 'k' }, { id: 'k' }, {}],
      '1 row (33.33 %) repeats a value of column "id"',
    ],
    [
      { check: 'unique', column: 'email' },
      [{ email: 'a@b.c' }, { email: 'a@b.c' }, { email: 'a@b.c' }],
      '2 rows (66.67 %) repeat a value of column "email"',
    ],
    [{ check: 'rows', min: 3 }, plain(2), 'the drop has 2 usable rows'],
    [{ check: 'rows', max: 1 }, plain(2), 'the drop has 2 usable rows'],
    [{ check: 'label', min: 0.6 }, plain(2), 'the share of y 1 is 50 %'],
    [{ check: 'label', class: 0, max: 0.4 }, plain(2), 'the share of y 0 is 50 %'],
    [
      { check: 'freshness', maxAge: '24h' },
      [{ at: '2026-01-29' }],
      'the newest row, by "at", was 2.4 days old when the run started',
    ],
    [{ check: 'malformed', max: 0.3 }, [{ x: 'Mustermann' }, {}], '50 % of all rows (1 row) are malformed'],
    [
      { check: 'malformed', column: 'x', max: 0.3 },
      [{ x: 'Mustermann' }, { y: '7' }, {}],
      '33.33 % of all rows (1 row) are malformed because of column "x"',
    ],
  ] as [object, Row[], string][])('refuses a drop that does not meet %j', async (constraint, rows, finding) => {
    using run = await runOf([constraint], [rows]);
    const refused = await check(run).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataQualityError);
    const { message } = refused as DataQualityError;
    expect(message.toLowerCase()).toContain(finding.toLowerCase());
    expect(message).toContain('The drop is refused: the constraint is not met.');
    expect(message).toContain('pipelines/small.yml');
    const written = [artifactKeys(run.run).constraints, artifactKeys(run.run).report, artifactKeys(run.run).facts];
    for (const text of [message, ...(await Promise.all(written.map((key) => run.artifacts.readText(key))))]) {
      expect(text).not.toMatch(/honeytoken|a@b\.c/);
      if (!text.startsWith('{"rows"')) expect(text).not.toContain('Mustermann');
    }
  });

  it('passes a drop that meets every kind of constraint, at the bounds', async () => {
    const constraints = [
      { check: 'missing', column: 'x', max: 0.5 },
      { check: 'range', column: 'x', min: 0, max: 3 },
      { check: 'range', column: 'd', min: '2020-05-01', max: '2020-05-01' },
      { check: 'values', column: 'c', allowed: ['a', 'b', 'c'] },
      { check: 'values', column: 'b', allowed: [true, false] },
      { check: 'unique', column: 'id' },
      { check: 'rows', min: 4, max: 4, vsLast: { atLeast: 0.5, atMost: 2 } },
      { check: 'label', min: 0.5, max: 0.5, vsLast: { within: 0 } },
      { check: 'freshness', maxAge: '35h' },
      { check: 'malformed', max: 0 },
    ];
    using run = await runOf(constraints, [[{ x: '' }, { x: '' }, {}, {}]]);
    const results = await check(run);
    expect(results.map(({ constraint, passed }) => [constraint, passed])).toEqual([
      ['missing x ≤ 50 %', true],
      ['x from 0 to 3', true],
      ['d from 2020-05-01 to 2020-05-01', true],
      ['c one of a, b, c', true],
      ['b one of true, false', true],
      ['id unique', true],
      ['rows at least 4 and at most 4; at least 0.5 and at most 2 times those of the last good drop', true],
      ['share of y 1 at least 50 % and at most 50 % and within 0 % of the last good drop', true],
      ['newest row ≤ 35h old', true],
      ['malformed rows ≤ 0 %', true],
    ]);
    expect(results[6]?.reason).toContain('there is no last good drop to compare with yet');
    expect(results[7]?.reason).toContain('there is no last good drop to compare with yet');
  });

  it('counts over all shards, and finds an id that stands in two of them', async () => {
    using run = await runOf(
      [
        { check: 'unique', column: 'id', onFailure: 'warn' },
        { check: 'missing', column: 'x', max: 0.1, onFailure: 'warn' },
      ],
      [[{ id: 'k' }, { x: '' }, {}], [{ id: 'k' }, {}], [{ id: 'k', x: '' }]],
    );
    const [unique, missing] = await check(run, 3);
    expect(unique).toMatchObject({ passed: false, measured: '33.33 % repeated', onFailure: 'warn', column: 'id' });
    expect(missing).toMatchObject({ passed: false, measured: '33.33 %', required: 'at most 10 %' });
    const facts = await run.artifacts.readJson(artifactKeys(run.run).facts, factsSchema);
    expect(facts).toMatchObject({ rows: 6, repeats: { id: 2 }, label: { classes: [3, 3] } });
    expect(facts.columns).toMatchObject({
      email: { kind: 'text', missing: 0 },
      x: { kind: 'number', missing: 2, min: 0, max: 4 },
      c: {
        kind: 'category',
        values: [
          ['a', 2],
          ['b', 2],
          ['c', 2],
        ],
      },
      b: { kind: 'boolean', trueRows: 3 },
      d: { kind: 'datetime', min: '2020-05-01T00:00:00Z', max: '2020-05-01T00:00:00Z' },
    });
    expect(facts.time).toEqual({ missing: 0, min: '2026-01-30T00:00:00Z', max: '2026-01-30T00:00:00Z' });
  });

  it('names every constraint that is not met, and warns of others', async () => {
    using run = await runOf(
      [
        { check: 'rows', min: 10 },
        { check: 'missing', column: 'x', max: 0, onFailure: 'warn' },
        { check: 'malformed', max: 0.5 },
        { check: 'values', column: 'c', allowed: ['z'] },
      ],
      [[{ x: '' }, {}, {}]],
    );
    const refused = (await check(run).catch((error: unknown) => error)) as Error;
    expect(refused.message.split('\n')).toEqual([
      'The drop is refused: 2 of 4 constraints are not met.',
      expect.stringMatching(/^- rows at least 10: The drop has 3 usable rows;/),
      expect.stringMatching(/^- c one of z: 100 % of the values/),
      'Constraints are set in pipelines/small.yml.',
    ]);
    expect(refused.message).not.toContain('column "x"');
    const { results } = await run.artifacts.readJson(artifactKeys(run.run).constraints, constraintsRecordSchema);
    expect(results.map(({ passed }) => passed)).toEqual([false, false, true, false]);
    const report = await run.artifacts.readText(artifactKeys(run.run).report);
    expect(report).toContain('Drop refused');
    expect(report).toContain('! warning');
    expect(report).toContain('rows at least 10');
  });

  it('refuses before the transform is fitted, and says so before the checks of quality', async () => {
    using run = await runOf([{ check: 'rows', min: 10 }], [plain(3)]);
    await expect(run.fit()).rejects.toThrow('The drop is refused: the constraint is not met.');
    expect(await run.artifacts.list(artifactKeys(run.run).transform)).toEqual([]);
    expect(await run.artifacts.list(artifactKeys(run.run).profile)).toEqual([]);
  });

  it('keeps the results beside the profile of a drop that is trained', async () => {
    const constraints = [{ check: 'rows', max: 10, onFailure: 'warn' }];
    using run = await runOf(constraints, [plain(60)]);
    await run.fit();
    const profile = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    expect(profile.constraints).toMatchObject([{ check: 'rows', passed: false, onFailure: 'warn' }]);
  });

  describe('compared with the last good drop', () => {
    const constraints = [
      { check: 'rows', vsLast: { atLeast: 0.5, atMost: 2 } },
      { check: 'label', vsLast: { within: 0.1 } },
    ];
    async function compared(rows: Row[], last: Row[]) {
      const before = await runOf(constraints, [last]);
      await check(before);
      const run = await runOf(constraints, [rows]);
      const facts = await before.artifacts.readJson(artifactKeys(before.run).facts, factsSchema);
      before[Symbol.dispose]();
      await run.artifacts.writeJson(artifactKeys({ ...run.run, runId: 'r0' }).facts, facts);
      await run.artifacts.writeJson(artifactKeys(run.run).drop, dropRecord({ lastGood: 'r0' }));
      return run;
    }

    it.each([
      [2, 4],
      [8, 4],
    ])('takes %i rows after %i', async (now, before) => {
      using run = await compared(plain(now), plain(before));
      const [rows] = await check(run);
      expect(rows?.reason).toContain(`the last good drop, of run r0, had ${before}`);
      const record = await run.artifacts.readJson(artifactKeys(run.run).constraints, constraintsRecordSchema);
      expect(record.comparedWith).toBe('r0');
    });

    it.each([
      [2, 6],
      [10, 4],
    ])('refuses %i rows after %i', async (now, before) => {
      using run = await compared(plain(now), plain(before));
      await expect(check(run)).rejects.toThrow(`the last good drop, of run r0, had ${before}`);
    });

    it('refuses another share of the label', async () => {
      using run = await compared([{ y: '1' }, { y: '1' }, { y: '1' }, { y: '0' }], plain(4));
      await expect(check(run)).rejects.toThrow(
        'The share of y 1 is 75 %; in the last good drop, of run r0, it was 50 %',
      );
    });

    it('passes and says so when the facts of that run are deleted', async () => {
      using run = await runOf(constraints, [plain(2)]);
      await run.artifacts.writeJson(artifactKeys(run.run).drop, dropRecord({ lastGood: 'gone' }));
      const [rows] = await check(run);
      expect(rows).toMatchObject({ passed: true });
      expect(rows?.reason).toContain('there is no last good drop to compare with yet');
    });

    it('is retried when those facts cannot be read now', async () => {
      using run = await runOf(constraints, [plain(2)]);
      await run.artifacts.writeJson(artifactKeys(run.run).drop, dropRecord({ lastGood: 'r0' }));
      const throttled = Object.assign(new Error('slow down'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
      const { readJson } = run.artifacts;
      const artifacts: typeof run.artifacts = {
        ...run.artifacts,
        readJson: (key, schema) => (key.includes('/r0/') ? Promise.reject(throttled) : readJson(key, schema)),
      };
      const checked = checkConstraints({ clean: run.clean, artifacts, memoryMb: 1024 }, run.run, 1, run.pipeline);
      await expect(checked).rejects.toBe(throttled);
    });
  });

  it('writes the same hashes when a shard is cleaned again, and none where nothing must be unique', async () => {
    using run = await runOf([], [plain(50)]);
    const first = await run.rows(cleanKeys(run.run).hashes(0));
    await run.desensitize('small/d/0.csv', 0);
    expect(await run.rows(cleanKeys(run.run).hashes(0))).toEqual(first);
    expect(first).toHaveLength(50);
    using other = await startRun(smallPipeline());
    other.drop('small/d/0.csv', 'y,x\n1,2\n0,3\n');
    await other.desensitize('small/d/0.csv', 0);
    expect(await other.clean.list(cleanKeys(other.run).hashes(0))).toEqual([]);
  });

  it('counts no values one by one where there are more than 50', async () => {
    using run = await runOf([], [Array.from({ length: 51 }, (_, i) => ({ c: `v${i}` })), plain(3)]);
    await check(run, 2);
    const { columns } = await run.artifacts.readJson(artifactKeys(run.run).facts, factsSchema);
    expect(columns['c']).toEqual({ kind: 'category', missing: 0, values: null });
  });

  it('suggests constraints that the drop itself meets, whatever it holds', async () => {
    const value = fc.oneof(fc.constant(''), fc.double({ min: -1e150, max: 1e150, noNaN: true }).map(String));
    const row = fc.record({
      x: value,
      y: fc.constantFrom('0', '1', 'bad'),
      c: fc.constantFrom('', 'a', 'b', '1.0', "it's"),
      b: fc.constantFrom('', 'true', 'false'),
      at: fc.constantFrom('', '2026-01-30', '2025-06-01', '2026-03-01'),
      id: fc.constantFrom('i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
        using measured = await runOf([], [rows]);
        await check(measured);
        const facts = await measured.artifacts.readJson(artifactKeys(measured.run).facts, factsSchema);
        const startedAt = Date.parse(dropRecord().startedAt);
        const suggested = suggestConstraints({ ...constrainedData(measured.pipeline), facts, startedAt });
        using again = await runOf(
          suggested.map(({ constraint }) => constraint),
          [rows],
        );
        for (const result of await check(again)) expect(result).toMatchObject({ passed: true });
      }),
      { numRuns: 4 },
    );
  }, 120_000);
});
