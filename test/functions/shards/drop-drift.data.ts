import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { embeddingInputs } from '#domain/drift/embeddings/sketch';
import { trainingRowsOf } from '#domain/drift/windows/training-rows';
import { createRandom } from '#domain/random';
import { artifactKeys } from '#domain/runs/layout';
import { mergeCleanBaseline } from '#functions/shards/clean-baseline';
import { readDropDrift } from '#functions/shards/drop-drift';
import { pipelineSchema } from '#schemas/pipeline';
import { baselineSchema } from '#schemas/records/baseline';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

interface Source {
  readonly dataset: Record<string, unknown>;
  readonly header: string;
}

/** Prepares a run over files of rows, one a shard. With a champion, in its buckets and compared with it. */
async function prepare(
  { dataset, header }: Source,
  files: readonly (readonly string[])[],
  runId: string,
  champion?: DataRun,
): Promise<DataRun> {
  const evaluation = { task: 'regression', gates: [{ metric: 'rmse', max: 1000 }] };
  const run = await startRun(smallPipeline(dataset, { evaluation }), runId, champion?.folder);
  for (const [shard, rows] of files.entries()) {
    const key = `small/${runId}/${shard}.csv`;
    run.drop(key, [header, ...rows, ''].join('\n'));
    await run.desensitize(key, shard);
  }
  await run.fit(files.length, champion?.run);
  for (const shard of files.keys()) await run.encode(shard, champion?.run);
  return run;
}

/** Writes the clean baseline of a run as evaluation does. */
async function serve(run: DataRun, shards: number): Promise<void> {
  const fitted = await run.fitted();
  const kept = await mergeCleanBaseline(run.artifacts, run.run, shards, fitted);
  if (!kept?.sample) throw new Error('the run has no bins, or no sample of its training rows');
  const inputs = fitted.features.map(({ source: column }, at) => ({ at, column }));
  const keys = artifactKeys(run.run);
  const embeddings = embeddingInputs(await run.artifacts.readJson(keys.config, pipelineSchema), fitted);
  const rows = trainingRowsOf(kept.sample, fitted, { inputs, leftOut: [] }, embeddings);
  await run.artifacts.writeJson(keys.trainingRows, rows);
  const clean = { ...kept.clean, trainingRows: true, embeddings: embeddings.map(({ name }) => name) };
  await run.artifacts.writeJson(keys.baseline, { version: 1, rows: 0, columns: [], clean });
}

const number = { role: 'feature', type: 'number' };
const rental: Source = {
  header: 'cnt,year,hour,temp,district,open,at,note,phone',
  dataset: {
    label: { column: 'cnt' },
    columns: {
      year: number,
      hour: number,
      temp: number,
      district: { role: 'slice' },
      open: { role: 'feature', type: 'boolean' },
      at: { role: 'feature', type: 'datetime', parts: ['month'] },
      note: { role: 'text', action: 'redact' },
      phone: { role: 'pii', action: 'drop' },
    },
  },
};
/** A year of rentals: hours and weather as ever, demand by a factor. */
function rentals(seed: number, { year = 0, factor = 1, rows = 600, districts = 4 } = {}): string[] {
  const random = createRandom(seed);
  return Array.from({ length: rows }, () => {
    const count = Math.round(100 * factor * Math.exp(0.5 * random.normal()));
    const day = `201${year + 1}-0${1 + random.below(9)}-1${random.below(10)}`;
    const open = random.float() < 0.9;
    return `${count},${year},${random.below(24)},${random.normal().toFixed(3)},d${random.below(districts)},${open},${day},nice ride,0151 2345678`;
  });
}

describe('a drop of another year', () => {
  it('drifts in the column that was constant at training, and in the label, and in nothing else', async () => {
    using first = await prepare(rental, [rentals(1), rentals(2)], 'r1');
    await serve(first, 2);
    const next = [rentals(3, { year: 1, factor: 2, rows: 400 }), rentals(4, { year: 1, factor: 2, rows: 300 })];
    const second = await prepare(rental, next, 'r2', first);

    const drift = await readDropDrift(second.artifacts, second.run);

    expect((await first.fitted()).dropped.map(({ column }) => column)).toContain('year');
    expect(drift).toMatchObject({ champion: 'r1', rows: 700, drifted: true });
    expect(drift?.driftedColumns.toSorted()).toEqual(['cnt', 'year']);
    expect(drift?.columns.find(({ column }) => column === 'year')?.reason).toContain(
      'values above the training maximum went from 0 % to 100 %',
    );
    expect(drift?.coverage).toEqual({
      watched: 11,
      notWatched: [
        { reason: 'dates move with the calendar: only missing values are watched', count: 1, columns: ['at'] },
        { reason: 'it is not kept with the clean rows', count: 1, columns: ['phone'] },
      ],
    });
  });

  it('drifts as a whole where only the relation of two columns changed', async () => {
    const temperatures = (seed: number, direction: number, rows = 900) => {
      const random = createRandom(seed);
      return rentals(seed, { rows }).map((line) => {
        const [count, year, , , ...rest] = line.split(',');
        const hour = random.below(24);
        const temp = direction * (hour - 11.5) + 4 * random.normal();
        return [count, year, hour, temp.toFixed(3), ...rest].join(',');
      });
    };
    using first = await prepare(rental, [temperatures(1, 1), temperatures(2, 1)], 'r1');
    await serve(first, 2);
    const second = await prepare(rental, [temperatures(3, -1)], 'r2', first);

    const drift = await readDropDrift(second.artifacts, second.run);

    expect(drift).toMatchObject({ drifted: true, driftedColumns: [], together: { rows: 900, drifted: true } });
    expect(drift?.together?.causes[0]?.columns).toEqual(['hour', 'temp']);
    expect(drift?.together?.causes[0]?.correlation?.before).toBeGreaterThan(0.8);
    expect(drift?.together?.causes[0]?.correlation?.now).toBeLessThan(-0.8);
    expect(drift?.together?.tests['domainClassifier']?.statistic).toBeGreaterThan(0.8);
  });

  it('drifts in an embedding, as one finding for all its columns', async () => {
    const size = 12;
    const names = Array.from({ length: size }, (_, i) => `emb_${i}`);
    const articles: Source = {
      header: ['cnt', 'year', ...names].join(','),
      dataset: {
        label: { column: 'cnt' },
        columns: Object.fromEntries(['year', ...names].map((name) => [name, number])),
        embeddings: { headline: 'emb_*' },
      },
    };
    const rows = (seed: number, relation: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 500 }, () => {
        const own = names.map(() => random.normal());
        // a common factor of the even columns, which turns round in the odd ones
        const factor = random.normal();
        const values = own.map((x, i) => x + factor * (i % 2 === 0 ? 1 : relation));
        return [Math.round(100 + 9 * random.normal()), random.below(9), ...values.map((x) => x.toFixed(4))].join(',');
      });
    };
    using first = await prepare(articles, [rows(1, 1), rows(2, 1)], 'r1');
    await serve(first, 2);
    const same = await prepare(articles, [rows(3, 1)], 'r2', first);
    const turned = await prepare(articles, [rows(4, -1)], 'r3', first);

    const steady = await readDropDrift(same.artifacts, same.run);
    const drift = await readDropDrift(turned.artifacts, turned.run);

    expect(steady).toMatchObject({ drifted: false, driftedColumns: [], coverage: { watched: 3 } });
    expect(drift?.driftedColumns).toEqual(['headline']);
    expect(drift?.columns.find(({ column }) => column === 'headline')).toMatchObject({
      kind: 'embedding',
      reason: expect.stringContaining('the relations of its numbers'),
    });
    expect(drift?.columns.map(({ column }) => column)).toEqual(['cnt', 'year', 'headline']);
    expect(drift?.coverage).toEqual({
      watched: 3,
      notWatched: [
        { reason: 'part of the embedding headline, which is watched as a whole', count: 12, columns: names },
      ],
    });
  });

  it('drifts in the language, the words and the redactions of a text', async () => {
    using first = await prepare(rental, [rentals(1), rentals(2)], 'r1');
    await serve(first, 2);
    const rows = rentals(6).map((line, i) =>
      line.replace(
        'nice ride',
        i % 2 === 0 ? 'der Sitz war hart und die Kette lose' : 'bitte eine Mail an a.b@example.org',
      ),
    );
    const second = await prepare(rental, [rows], 'r2', first);

    const drift = await readDropDrift(second.artifacts, second.run);

    const texts = ['note', 'note (language)', 'note (redactions)', 'note (words)'];
    expect(drift?.driftedColumns.toSorted()).toEqual(texts);
    const reason = (of: string) => drift?.columns.find(({ column }) => column === of)?.reason;
    expect(reason('note (language)')).toContain('category "German" went from 0 % to');
    expect(reason('note (redactions)')).toContain('category "email" went from 0 % to 50 %');
    expect(JSON.stringify(drift)).not.toMatch(/Sitz|Kette|bitte/i);
  });

  it('is not compared as a whole with a model that kept no training rows', async () => {
    using first = await prepare(rental, [rentals(1)], 'r1');
    await serve(first, 1);
    const key = artifactKeys(first.run).baseline;
    const { clean, ...baseline } = await first.artifacts.readJson(key, baselineSchema);
    await first.artifacts.writeJson(key, { ...baseline, clean: { ...clean, trainingRows: undefined } });
    const second = await prepare(rental, [rentals(2)], 'r2', first);

    const drift = await readDropDrift(second.artifacts, second.run);

    expect(drift?.together).toBeUndefined();
    expect(drift?.notTogether).toBe('the model was trained before Tidegate kept training rows');
  });

  it('of the same kind does not drift', async () => {
    using first = await prepare(rental, [rentals(1), rentals(2)], 'r1');
    await serve(first, 2);
    const second = await prepare(rental, [rentals(5)], 'r2', first);

    expect(await readDropDrift(second.artifacts, second.run)).toMatchObject({ drifted: false, driftedColumns: [] });
  });

  it('drifts in slices, in the length of texts and in columns that it lacks', async () => {
    using first = await prepare(rental, [rentals(1), rentals(2)], 'r1');
    await serve(first, 2);
    const { temp: _, ...columns } = rental.dataset['columns'] as Record<string, unknown>;
    const without = { header: rental.header, dataset: { ...rental.dataset, columns, extraColumns: 'ignore' } };
    const rows = rentals(6, { districts: 9 }).map((line) =>
      line.replace('nice ride', 'a very nice ride with two stops'),
    );
    const second = await prepare(without, [rows], 'r2', first);

    const drift = await readDropDrift(second.artifacts, second.run);

    expect(drift?.driftedColumns.toSorted()).toEqual(['district', 'note', 'note (language)', 'note (words)', 'temp']);
    expect(drift?.columns.find(({ column }) => column === 'district')?.tests['unseen']?.drifted).toBe(true);
    expect(drift?.columns.find(({ column }) => column === 'temp')?.tests['missing']?.drifted).toBe(true);
  });

  it('is compared with nothing where the champion has no such baseline, or there is none', async () => {
    using first = await prepare(rental, [rentals(1)], 'r1');
    expect(await readDropDrift(first.artifacts, first.run)).toBeUndefined();
    await first.artifacts.writeJson(artifactKeys(first.run).baseline, { version: 1, rows: 0, columns: [] });
    const second = await prepare(rental, [rentals(2)], 'r2', first);

    expect(await readDropDrift(second.artifacts, second.run)).toBeUndefined();
  });
});

describe('the clean baseline', () => {
  it('has the training rows of all shards, in bins whose ends no training value is beyond', async () => {
    using run = await prepare(rental, [rentals(1), rentals(2)], 'r1');

    const fitted = await run.fitted();
    const { clean, sample } = (await mergeCleanBaseline(run.artifacts, run.run, 2, fitted)) ?? {};

    expect(clean?.rows).toBe(fitted.sides.train.rows);
    expect(sample).toMatchObject({ below: 1 });
    expect(sample?.rows).toHaveLength(fitted.sides.train.rows);
    for (const { column, counts, missing } of clean?.columns ?? []) {
      expect(
        counts.reduce((sum, count) => sum + count, missing),
        column,
      ).toBe(clean?.rows);
    }
    const numbers = clean?.columns.flatMap((own) => (own.kind === 'number' ? [own] : [])) ?? [];
    expect(numbers.map(({ column }) => column)).toEqual(['cnt', 'year', 'hour', 'temp', 'note']);
    for (const { counts } of numbers) expect([counts[0], counts.at(-1)]).toEqual([0, 0]);
  });

  it('is absent from a run that an earlier version fitted', async () => {
    using run = await prepare(rental, [rentals(1)], 'r1');
    const earlier = { ...run.run, runId: 'r0' };
    expect(await mergeCleanBaseline(run.artifacts, earlier, 1, await run.fitted())).toBeUndefined();
  });
});

const bikes = new URL('../../../../shared/data/bike_sharing_hour.csv.gz', import.meta.url);
const missing = existsSync(bikes) ? '' : ' (skipped: the public data sets are not at hand)';

describe.skipIf(missing !== '')(`the bike sharing data of 2012 beside 2011${missing}`, () => {
  it('drifts in the year and in the label', async () => {
    const [header = '', ...lines] = gunzipSync(readFileSync(bikes)).toString().trim().split(/\r?\n/);
    const at = header.split(',').indexOf('yr');
    const year = (own: string) => lines.filter((line) => line.split(',')[at] === own);
    const features = ['season', 'yr', 'mnth', 'hr', 'holiday', 'weekday', 'workingday', 'weathersit', 'temp', 'hum'];
    const columns = Object.fromEntries(features.map((name) => [name, number]));
    const source = { header, dataset: { label: { column: 'cnt' }, columns, extraColumns: 'ignore' } };
    using first = await prepare(source, [year('0')], 'r2011');
    await serve(first, 1);
    const second = await prepare(source, [year('1')], 'r2012', first);

    const drift = await readDropDrift(second.artifacts, second.run);

    expect(drift?.driftedColumns).toEqual(expect.arrayContaining(['yr', 'cnt']));
    for (const steady of ['hr', 'weekday', 'season', 'mnth']) expect(drift?.driftedColumns).not.toContain(steady);
  });
});
