import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TokenKeys } from '#domain/privacy/tokenize';
import { planShards } from '#domain/runs/drop';
import { artifactKeys, rawKeys } from '#domain/runs/layout';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { FileStore } from '#functions/ports/object-store';
import { type OpenEngine, openEngine } from '#functions/shards/duckdb';
import { readSidedRows } from '#functions/shards/sided-rows';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { divideRows } from '#functions/use-cases/divide-rows';
import { fitTransform } from '#functions/use-cases/fit-transform';
import { locateRows } from '#functions/use-cases/locate-rows';
import { profileShard } from '#functions/use-cases/profile-shard';
import { transformShard } from '#functions/use-cases/transform-shard';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { type Profile, profileSchema } from '#schemas/records/profile';
import type { DropRecord } from '#schemas/records/run';
import { type ShardCounts, shardCountsSchema } from '#schemas/records/shard-counts';
import { type Sides, sidesSchema } from '#schemas/records/sides';
import { folderStore } from './folder-store.ts';

export const tokenKey = new TextEncoder().encode('a key of the tests, long enough to serve');
const memoryMb = 1024;
/** The image that every run of the tests would train in. */
export const trainingImage = 'registry/sagemaker-xgboost:1.7-1';

/** One run of a pipeline over buckets that are folders. Dispose of it when done. */
export interface DataRun {
  readonly run: { readonly pipeline: string; readonly runId: string };
  readonly pipeline: Pipeline;
  readonly folder: string;
  readonly raw: FileStore & ObjectRanges;
  readonly clean: FileStore;
  readonly artifacts: FileStore;
  /** Puts a file into the raw bucket. */
  drop(key: string, content: string | Uint8Array): void;
  desensitize(key: string, index?: number): ReturnType<typeof desensitizeShard>;
  /** Desensitizes a drop of these files in shards of so many files each. */
  desensitizePacked(keys: readonly string[], files: readonly number[]): Promise<void>;
  /** Desensitizes a drop of one file in parts of at most so many bytes, and returns how many there are. */
  desensitizeParts(key: string, partBytes: number): Promise<number>;
  /** Divides the rows of the shards and profiles each. */
  divide(shards?: number, champion?: { pipeline: string; runId: string }): Promise<Sides>;
  /** Divides, profiles and fits. */
  fit(shards?: number, champion?: { pipeline: string; runId: string }): ReturnType<typeof fitTransform>;
  encode(index?: number, champion?: { pipeline: string; runId: string }): ReturnType<typeof transformShard>;
  fitted(): Promise<FittedTransform>;
  /** What the reader of a raw shard counted. */
  counts(index?: number): Promise<ShardCounts>;
  profile(index?: number): Promise<Profile>;
  /** Rows of a Parquet object of the clean bucket. */
  rows(key: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The clean rows of a shard with their sides, once the rows are divided. */
  sided(index?: number): Promise<readonly Readonly<Record<string, unknown>>[]>;
  [Symbol.dispose](): void;
}

/** Starts a run: the pipeline is given as its YAML file would be, already parsed from text. */
export async function startRun(
  definition: unknown,
  runId = 'r1',
  folder?: string,
  tokenKeys: TokenKeys = { current: tokenKey },
): Promise<DataRun> {
  const pipeline = pipelineSchema.parse(definition);
  const root = folder ?? mkdtempSync(join(tmpdir(), 'data-run-'));
  const bucket = (name: string) => folderStore(join(root, name));
  const [raw, clean, artifacts] = [bucket('raw'), bucket('clean'), bucket('artifacts')];
  const run = { pipeline: pipeline.name, runId };
  await artifacts.writeJson(artifactKeys(run).config, pipeline);
  await artifacts.writeJson(artifactKeys(run).drop, dropRecord());
  const divide: DataRun['divide'] = async (shards = 1, champion) => {
    const ports = { clean, artifacts, memoryMb, stage: 'dev', imageOf: () => trainingImage };
    await divideRows(ports, { run, shards, ...(champion ? { champion } : {}) });
    for (let index = 0; index < shards; index++) await profileShard(ports, { run, shard: { index }, champion });
    return artifacts.readJson(artifactKeys(run).sides, sidesSchema);
  };
  return {
    run,
    pipeline,
    folder: root,
    raw,
    clean,
    artifacts,
    drop(key, content) {
      mkdirSync(dirname(join(root, 'raw', key)), { recursive: true });
      writeFileSync(join(root, 'raw', key), content);
    },
    async desensitize(key, index = 0) {
      const files = Array.from({ length: index + 1 }, () => ({ key }));
      await raw.writeJson(rawKeys(run).files, files);
      return desensitizeShard({ raw, clean, artifacts, tokenKeys, memoryMb }, { run, shard: { index, size: 1 } });
    },
    async desensitizePacked(keys, files) {
      await raw.writeJson(
        rawKeys(run).files,
        keys.map((key) => ({ key })),
      );
      let first = 0;
      for (const [index, count] of files.entries()) {
        const shard = { index, size: 1, first, files: count };
        await desensitizeShard({ raw, clean, artifacts, tokenKeys, memoryMb }, { run, shard });
        first += count;
      }
    },
    async desensitizeParts(key, partBytes) {
      await raw.writeJson(rawKeys(run).files, [{ key }]);
      const [object] = await raw.list(key);
      const shards = planShards(object ? [object] : [], partBytes);
      const [shard] = shards;
      if (shard?.part !== undefined && !key.endsWith('.parquet'))
        await locateRows({ raw, artifacts }, { run, shard: { ...shard, part: shard.part } });
      for (const own of shards)
        await desensitizeShard({ raw, clean, artifacts, tokenKeys, memoryMb }, { run, shard: own });
      return shards.length;
    },
    divide,
    async fit(shards = 1, champion) {
      await divide(shards, champion);
      return fitTransform({ clean, artifacts, memoryMb }, { run, shards, champion });
    },
    encode: (index = 0, champion) =>
      transformShard({ clean, artifacts, memoryMb }, { run, shard: { index }, ...(champion ? { champion } : {}) }),
    fitted: () => artifacts.readJson(artifactKeys(run).transform, fittedTransformSchema),
    counts: (index = 0) => artifacts.readJson(artifactKeys(run).shardCounts(index), shardCountsSchema),
    profile: (index = 0) => artifacts.readJson(artifactKeys(run).shardProfile(index), profileSchema),
    async rows(key) {
      using engine = await testEngine();
      return await engine.query('read', `SELECT * FROM read_parquet('${join(root, 'clean', key)}')`);
    },
    async sided(index = 0) {
      using engine = await testEngine();
      const { rows } = await readSidedRows({ clean, artifacts }, run, index, mkdtempSync(join(root, 'sided-')));
      return await engine.query('read', `SELECT * FROM ${rows} ORDER BY _row`);
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The record of a drop; give what differs. */
export const dropRecord = (own: Partial<DropRecord> = {}): DropRecord => ({
  bucket: 'raw',
  prefix: 'small/d/',
  datasetVersion: 'a1b2c3d4e5f60718',
  objects: [{ id: '5f1c00000', size: 1, etag: 'e' }],
  bytes: 1,
  configHash: 'c',
  gitCommit: 'g',
  reason: 'drop',
  startedAt: '2026-01-31T10:15:00.000Z',
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-retrain:e1',
  ...own,
});

/** An engine with the tests' token key. */
export async function testEngine(): Promise<OpenEngine & Disposable> {
  const engine = await openEngine({ memoryMb, tokenKeys: { current: tokenKey } });
  return { ...engine, [Symbol.dispose]: () => engine.close() };
}

/** A small binary pipeline; give what differs. */
export const smallPipeline = (dataset: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): unknown => ({
  name: 'small',
  dataset: {
    format: 'csv',
    label: { column: 'y', positive: 1, negative: 0 },
    minRows: 1,
    columns: { x: { role: 'feature', type: 'number' } },
    ...dataset,
  },
  evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.5 }] },
  ...rest,
});
