import { join } from 'node:path';
import { algorithmOf } from '#domain/algorithms/registry';
import { featureColumns } from '#domain/data/columns';
import { fitTransform as fitOnProfiles, neededQuantiles } from '#domain/data/fit';
import { mergedSampleSql, sampleSizes } from '#domain/data/sample';
import { RowCountError } from '#domain/errors';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { texts } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { fitCleanBins } from '#functions/shards/clean-bins';
import { writeCopiedRows } from '#functions/shards/copied-rows';
import { downloadShards } from '#functions/shards/download-shards';
import { writeDropDrift } from '#functions/shards/drop-drift';
import { openEngine } from '#functions/shards/duckdb';
import { checkLeakage, leakageRefusal } from '#functions/shards/leakage';
import { writePersonalData } from '#functions/shards/merge-personal-data';
import { writePermutedRows } from '#functions/shards/permuted-rows';
import { readAll } from '#functions/shards/read-all';
import { readContinuation } from '#functions/shards/read-continuation';
import { readPairs } from '#functions/shards/read-pairs';
import { readQuantiles } from '#functions/shards/read-quantiles';
import { withScratch } from '#functions/shards/scratch';
import { writeDataReport, writeRunData } from '#functions/use-cases/write-data-report';
import type { FitTransformEvent } from '#schemas/events/shard';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { constraintsRecordSchema } from '#schemas/records/constraints';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { sidesSchema } from '#schemas/records/sides';

/** The dependencies of fitting. */
export interface FittingPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly memoryMb: number;
}

/** What is kept of the champion, where the training goes on from its model: its model inputs, and its rows as rows that judge nothing. */
async function readKept(artifacts: ObjectStore, run: RunPointer, pipeline: Pipeline) {
  const continuation = await readContinuation(artifacts, run, pipeline);
  if (continuation?.kind !== 'continued') return { seenBefore: 0, inputs: undefined };
  const champion = { pipeline: run.pipeline, runId: continuation.from };
  const inputs = await artifacts.readJson(artifactKeys(champion).transform, fittedTransformSchema);
  return { seenBefore: continuation.leftOut, inputs };
}

/**
 * Merges the shards' profiles, checks the drop's quality, fits the transform on the training rows (or takes that of the champion, where
 * the training goes on from its model), and writes it with the drop's profile and the rows for permutation importance.
 *
 * @throws DataQualityError when the drop fails the quality checks, or holds columns that give the label away and the pipeline
 * refuses them; RowCountError when rows are lost between the steps
 */
export async function fitTransform(ports: FittingPorts, { run, shards, champion }: FitTransformEvent) {
  const { clean, artifacts } = ports;
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const { results: constraints } = await artifacts.readJson(keys.constraints, constraintsRecordSchema);
  const profiles = await readAll(shards, (i) => artifacts.readJson(keys.shardProfile(i), profileSchema));
  const sides = await artifacts.readJson(keys.sides, sidesSchema);
  const { inputs, seenBefore } = await readKept(artifacts, run, pipeline);
  return withScratch(async (directory) => {
    const files = await downloadShards(clean, shards, cleanKeys(run).sample, directory);
    const samples = `read_parquet([${texts(files)}])`;
    const engine = await openEngine({ memoryMb: ports.memoryMb, temporaryDirectory: join(directory, 'spill') });
    try {
      const sizes = sampleSizes(featureColumns(pipeline).length);
      const training = mergedSampleSql('train', samples, sizes);
      const quantiles = await readQuantiles(engine, neededQuantiles(pipeline), training);
      const [first, ...rest] = profiles;
      if (!first) throw new RangeError('a run has at least one shard');
      const { fitted, profile } = fitOnProfiles({
        run,
        pipeline,
        profiles: [first, ...rest],
        quantiles,
        pairs: await readPairs(engine, pipeline, training),
        leftOut: sides.leftOut,
        kept: inputs,
      });
      const usable = fitted.sides.train.rows + fitted.sides.validation.rows + fitted.sides.test.rows;
      const deduplicated = (profile.deduplicated ?? 0) + (sides.superseded?.rows ?? 0);
      const unused = profile.malformed.rows + deduplicated + sides.leftOut;
      if (usable + unused !== profile.rows) {
        throw new RowCountError(
          `The drop has ${profile.rows} rows, of which ${usable} are used and ${unused} left out. This is a fault of Tidegate.`,
        );
      }
      await artifacts.writeJson(keys.bins, await fitCleanBins(engine, pipeline, profile, samples));
      const drift = await writeDropDrift(artifacts, { run, shards, pipeline }, champion);
      const sample = await checkLeakage(engine, pipeline, samples, usable);
      const { findings: leakage, skills } = sample;
      const personalData = await writePersonalData(engine, ports, { run, shards, pipeline }, directory);
      await writeRunData(artifacts, { run, pipeline, profile, fitted, sides, seenBefore, personalData, sample });
      const refusal = leakageRefusal(pipeline, leakage);
      if (refusal) {
        await writeDataReport(artifacts, run, pipeline, leakage);
        throw refusal;
      }
      const { input } = algorithmOf(pipeline);
      const permuted = await writePermutedRows(
        { engine, clean, directory },
        { fitted, input, seed: pipeline.split.seed, sample: mergedSampleSql('test', samples, sizes), skills },
      );
      const copied = await writeCopiedRows({ engine, clean, directory }, { shards, fitted, input }, sides.duplicates);
      const inGaps = sides.leftOut - seenBefore;
      await artifacts.writeJson(keys.profile, {
        ...profile,
        deduplicated,
        inGaps,
        ...(seenBefore > 0 ? { seenBefore } : {}),
        constraints,
      });
      await artifacts.writeJson(keys.transform, { ...fitted, leakage });
      const { train, validation, test } = fitted.sides;
      return {
        features: fitted.features.length,
        dropped: fitted.dropped.length,
        rows: profile.rows,
        malformed: profile.malformed.rows,
        train: train.rows,
        validation: validation.rows,
        test: test.rows,
        permuted,
        copied,
        leakage: leakage.length,
        driftedColumns: drift?.driftedColumns.length ?? 0,
      };
    } finally {
      engine.close();
    }
  });
}
