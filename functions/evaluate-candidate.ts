import * as z from 'zod';
import { artifactStore, cleanStore } from '#functions/aws/buckets';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { readTrees } from '#functions/shards/read-trees';
import { evaluateCandidate } from '#functions/use-cases/evaluate-candidate';
import type { Pipeline } from '#schemas/pipeline';
import { type RunPointer, runPointerSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const artifacts = artifactStore(config);
const ports = {
  clean: cleanStore(config),
  artifacts,
  readTrees: (run: RunPointer, pipeline: Pipeline) => readTrees(artifacts, config.STAGE, run, pipeline),
  memoryMb: functionMemoryMb(),
};

/** Scores a candidate, and the champion if there is one. */
export const handler = withMiddleware(
  z.object({ run: runPointerSchema, champion: runPointerSchema.nullish() }),
  (event) => evaluateCandidate(ports, event),
);
