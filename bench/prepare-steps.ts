import { dirname, join } from 'node:path';
import { artifactKeys } from '#domain/runs/layout';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { divideRows } from '#functions/use-cases/divide-rows';
import { fitTransform } from '#functions/use-cases/fit-transform';
import { profileShard } from '#functions/use-cases/profile-shard';
import { transformShard } from '#functions/use-cases/transform-shard';
import type { Pipeline } from '#schemas/pipeline';
import type { DropRecord, RunPointer } from '#schemas/records/run';
import { folderStore } from './folder-store.ts';

/** A step of a benchmark over the files below a folder. */
export type Step = (root: string) => Promise<unknown>;

/** The use cases of prepare-data over one file, with as much memory as a Lambda function would have. */
export function prepareSteps(run: RunPointer, key: string, memoryMb: number) {
  const ports = (root: string) => ({
    clean: folderStore(join(root, 'clean')),
    artifacts: folderStore(join(root, 'artifacts')),
    memoryMb,
    stage: 'bench',
    imageOf: () => 'no training',
  });
  return {
    desensitize: (root) =>
      desensitizeShard(
        {
          ...ports(root),
          raw: folderStore(join(root, 'raw')),
          tokenKeys: { current: new TextEncoder().encode('benchmark key, not used anywhere else') },
        },
        { run, shard: { index: 0, key, size: 0 } },
      ),
    divide: (root) => divideRows(ports(root), { run, shards: 1 }),
    profile: (root) => profileShard(ports(root), { run, shard: { index: 0 } }),
    fit: (root) => fitTransform(ports(root), { run, shards: 1 }),
    transform: (root) => transformShard(ports(root), { run, shard: { index: 0 } }),
  } satisfies Record<string, Step>;
}

/** Writes what AdmitDrop leaves of a run: the settings that it pins and the record of its drop. */
export async function writeRunRecords(root: string, run: RunPointer, key: string, pipeline: Pipeline): Promise<void> {
  const artifacts = folderStore(join(root, 'artifacts'));
  const drop: DropRecord = {
    bucket: 'raw',
    prefix: dirname(key),
    datasetVersion: 'bench',
    objects: [],
    bytes: 0,
    configHash: 'bench',
    gitCommit: 'bench',
    reason: 'manual',
    startedAt: '2026-01-01T00:00:00.000Z',
    executionArn: 'bench',
  };
  await artifacts.writeJson(artifactKeys(run).config, pipeline);
  await artifacts.writeJson(artifactKeys(run).drop, drop);
}
