import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parsePipeline } from '#schemas/load-pipeline';
import { type DataRun, startRun } from '../../fakes/data-run.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const data = join(root, '..', 'shared', 'data');

async function runOn(fixture: string, files: readonly string[], edit = (text: string) => text): Promise<DataRun> {
  const file = join(root, 'test/fixtures/pipelines', `${fixture}.yml`);
  const run = await startRun(parsePipeline(edit(readFileSync(file, 'utf8')), file));
  try {
    for (const [i, name] of files.entries()) {
      run.drop(name, readFileSync(join(data, name)));
      await run.desensitize(name, i);
    }
    return run;
  } catch (error) {
    run[Symbol.dispose]();
    throw error;
  }
}

describe.skipIf(!existsSync(data))('real data (skipped where the shared data sets are missing)', () => {
  test('Taiwan: CRLF and gzip are read, duplicates stay on one side', async () => {
    using run = await runOn('taiwan', ['credit_default_taiwan.csv.gz']);
    const summary = await run.fit();
    expect(summary).toMatchObject({ rows: 30_000, malformed: 0, dropped: 0 });
    const { sides, label } = await run.fitted();
    expect(
      sides.train.classes.map((n, c) => n + (sides.validation.classes[c] ?? 0) + (sides.test.classes[c] ?? 0)),
    ).toEqual([23_364, 6636]);
    expect(label.classes).toEqual(['0', '1']);
    const rows = await run.sided();
    const groups = Map.groupBy(rows, ({ _row, _side, _key, _group, _label, SEX, ...inputs }) =>
      JSON.stringify(Object.values(inputs)),
    );
    expect(groups.size).toBeLessThan(30_000 - 34);
    for (const group of groups.values()) expect(new Set(group.map((r) => r['_side'])).size).toBe(1);
  });

  test('Adult: no header, blanks after commas, and ? for missing, are read', async () => {
    using run = await runOn('adult', ['adult.data.gz']);
    await run.divide();
    const profile = await run.profile();
    expect(profile).toMatchObject({ rows: 32_561, malformed: { rows: 0 } });
    // counts published with the data set: 1,836 and 1,843 missing, 7,841 above 50K
    expect(profile.columns['workclass']?.missing).toBe(1836);
    expect(profile.columns['occupation']?.missing).toBe(1843);
    const positives = Object.values(profile.sides).reduce((sum, side) => sum + (side.classes[1] ?? 0), 0);
    expect(positives).toBe(7841);
    await run.fit();
    const names = (await run.fitted()).features.map((f) => f.name);
    expect(names).toContain('workclass:missing');
    expect(names).toContain('native_country:other');
    expect(names.filter((n) => n.startsWith('native_country='))).toHaveLength(10);
  });

  test('Adult: its two files, of which one ends labels in a dot, make one drop', async () => {
    using run = await runOn('adult', ['adult.data.gz', 'adult.test.gz']);
    expect(await run.fit(2)).toMatchObject({ rows: 48_842, malformed: 0 });
    const { sides } = await run.fitted();
    // 7,841 and 3,846 above 50K
    expect(Object.values(sides).reduce((sum, side) => sum + (side.classes[1] ?? 0), 0)).toBe(11_687);
  });

  test('wine: semicolons and quoted names with blanks are read, and the wrong delimiter is recognised', async () => {
    using run = await runOn('wine', ['winequality-white.csv']);
    expect((await run.fit()).rows).toBe(4898);
    await expect(
      runOn('wine', ['winequality-white.csv'], (t) => t.replace('delimiter: ;', "delimiter: ','")),
    ).rejects.toThrow('Is the delimiter ";"? Set dataset.csv.delimiter: ";".');
  });
});
