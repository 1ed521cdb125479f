import { expect, it } from 'vitest';
import { artifactKeys, capturePrefix, cleanKeys, mayShowValues, partName, runPrefix } from '#domain/runs/layout';

const run = { pipeline: 'loan', runId: 'r1' };

it('every object of a run is below its prefix, shards by number', () => {
  const artifacts = artifactKeys(run);
  const clean = cleanKeys(run);

  expect(runPrefix(run)).toBe('loan/runs/r1/');
  expect(artifacts.config).toBe('loan/runs/r1/config.json');
  expect(artifacts.shardProfile(7)).toBe('loan/runs/r1/shards/00007/profile.json');
  expect(artifacts.modelOutput).toBe('loan/runs/r1/model');
  expect(clean.shard(12)).toBe('loan/runs/r1/clean/00012.parquet');
  expect(clean.sample(12)).toBe('loan/runs/r1/sample/00012.parquet');
  expect(clean.quarantine(0)).toBe('loan/runs/r1/quarantine/00000.jsonl');
  expect(clean.holdout('champion')).toBe('loan/runs/r1/holdout/champion/');
  expect(clean.scores('candidate')).toBe('loan/runs/r1/holdout/scores/candidate/');
  expect(partName(3, 1, 'csv')).toBe('00003-00001.csv');
  expect(capturePrefix('loan')).toBe('loan/captures');
});

it('says which records of a run may show values of its rows', () => {
  const keys = artifactKeys(run);
  const kept = [keys.config, keys.drop, keys.shards, keys.personalData];
  const perShard = [keys.shardCounts(3), keys.shardPersonalData(3), keys.shardLeaks(3)];
  for (const key of [...kept, ...perShard]) expect(mayShowValues(run, key)).toBe(false);

  // the report and the facts have the least and the greatest value of a column, the sides those of times
  const telling = [
    keys.report,
    keys.dataReport,
    keys.facts,
    keys.sides,
    keys.transform,
    keys.profile,
    keys.baseline,
    keys.constraints,
  ];
  for (const key of [...telling, keys.shardProfile(3), keys.shardFacts(3), `${runPrefix(run)}new.json`])
    expect(mayShowValues(run, key)).toBe(true);
  expect(mayShowValues(run, artifactKeys({ ...run, runId: 'r2' }).transform)).toBe(false);
});

it('no two objects of a run have one key', () => {
  const texts = (keys: object): string[] =>
    Object.values(keys).map((key: string | ((argument: never) => string)) =>
      typeof key === 'string' ? key : key('candidate' as never),
    );
  const all = [...texts(artifactKeys(run)), ...texts(cleanKeys(run))];

  expect(new Set(all).size).toBe(all.length);
  for (const key of all) expect(key.startsWith(runPrefix(run))).toBe(true);
});
