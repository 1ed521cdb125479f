import * as z from 'zod';
import { artifactStore, cleanStore } from '#functions/aws/buckets';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { evaluateCandidate } from '#functions/use-cases/evaluate-candidate';
import { runPointerSchema } from '#schemas/records/run';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Scores a candidate, and the champion if there is one. */
export const handler = withMiddleware(
  z.object({ run: runPointerSchema, champion: runPointerSchema.nullish() }),
  (event) => evaluateCandidate({ clean: cleanStore(config), artifacts: artifactStore(config), memoryMb }, event),
);
