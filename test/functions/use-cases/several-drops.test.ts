import { afterEach, describe, expect, it } from 'vitest';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { factsSchema } from '#schemas/records/facts';
import { personalDataSchema } from '#schemas/records/personal-data';
import { profileSchema } from '#schemas/records/profile';
import { type DataRun, dropRecord, smallPipeline, startRun } from '../../fakes/data-run.ts';

const open: DataRun[] = [];
afterEach(() => {
  for (const run of open.splice(0)) run[Symbol.dispose]();
});

const columns = {
  x: { role: 'feature', type: 'number' },
  zip: { role: 'quasi', action: 'generalize', keepFirst: 2 },
};
/** Rows of these people, two each; x says which drop they came with. */
const rowsOf = (people: readonly number[], drop: number) =>
  people.flatMap((p) =>
    [0, 1].map((i) => `${p % 4 === 0 ? 1 : 0},${drop * 1000 + p + i / 2},p${p},${10_000 + (p % 3) * 1000}`),
  );
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** A run of several drops, the oldest first, each with so many files. */
async function runOf(drops: readonly (readonly (readonly number[])[])[], { withId = true } = {}) {
  const own = withId ? { id: 'id', columns } : { columns: { ...columns, id: { role: 'ignore' } } };
  const run = await startRun(smallPipeline(own, { constraints: [{ check: 'rows', min: 1 }] }));
  open.push(run);
  let index = 0;
  for (const [drop, files] of drops.entries()) {
    for (const people of files) {
      const key = `small/d/${index}.csv`;
      run.drop(key, ['y,x,id,zip', ...rowsOf(people, drop), ''].join('\n'));
      await run.desensitize(key, index);
      index += 1;
    }
  }
  await run.artifacts.writeJson(
    artifactKeys(run.run).drop,
    dropRecord({
      drops: drops.map((files, i) => ({ drop: `small/${i}/`, objects: files.length, bytes: 1, shards: files.length })),
    }),
  );
  return { run, shards: index };
}
async function used(run: DataRun, shards: number) {
  const all = await Promise.all(range(0, shards).map((i) => run.sided(i)));
  return all.flat().map((row) => Number(row['x']));
}

describe('a run of several drops', () => {
  const drops = [[range(0, 100), range(100, 200)], [range(150, 250)], [range(50, 160), range(240, 300)]] as const;

  it('uses each person as the newest drop has them, with all rows there, and counts the rest as deduplicated', async () => {
    const { run, shards } = await runOf(drops);
    await run.fit(shards);

    const newest = (p: number) => drops.findLastIndex((files) => files.some((people) => people.includes(p)));
    const expected = range(0, 300).flatMap((p) => [0, 0.5].map((i) => newest(p) * 1000 + p + i));
    const found = await used(run, shards);
    expect(found.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
    const profile = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    expect(profile).toMatchObject({ rows: 940, deduplicated: 940 - 600, inGaps: 0 });
    const { sides, duplicates } = { ...profile, ...(await run.divide(shards)) };
    expect([sides.train.rows + sides.validation.rows + sides.test.rows, duplicates.rows]).toEqual([600, 0]);
    await run.encode(shards - 1);
  });

  it('counts a person once in the anonymity of its rows, and not in each drop', async () => {
    const { run, shards } = await runOf(drops);
    await run.fit(shards);
    const groups = await Promise.all(range(0, shards).map((i) => run.rows(cleanKeys(run.run).groups(i))));
    const rows = groups.flat().reduce((sum, row) => sum + Number(row['rows'] ?? row['n']), 0);
    expect(rows).toBe(600);
    await run.artifacts.readJson(artifactKeys(run.run).personalData, personalDataSchema);
  });

  it('judges the constraints by its own drop, as a run of that drop alone would', async () => {
    const { run, shards } = await runOf(drops);
    await run.divide(shards);
    const own = await runOf([drops[2]]);
    await own.run.divide(own.shards);
    const [facts, alone] = await Promise.all(
      [run, own.run].map((one) => one.artifacts.readJson(artifactKeys(one.run).facts, factsSchema)),
    );
    expect(facts).toMatchObject({ rows: 340 });
    expect(facts?.rows).toBe(alone?.rows);
  });

  it('uses every row where rows have no id, or no person is in two drops', async () => {
    const without = await runOf(drops, { withId: false });
    await without.run.fit(without.shards);
    expect(await used(without.run, without.shards)).toHaveLength(940);
    const apart = await runOf([[range(0, 100)], [range(100, 200)]]);
    await apart.run.fit(apart.shards);
    expect(await used(apart.run, apart.shards)).toHaveLength(400);
  });
});
