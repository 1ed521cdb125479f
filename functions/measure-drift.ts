import * as z from 'zod';
import { artifactStore, cleanStore } from '#functions/aws/buckets';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { measureDrift } from '#functions/use-cases/measure-drift';
import { countedCapturesSchema } from '#schemas/records/capture-counts';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE']);
const memoryMb = functionMemoryMb();

/** Compares the champion's current inputs with its training data. */
export const handler = withMiddleware(
  z.object({
    pipeline: z.string().min(1),
    executionArn: z.string().min(1),
    checkedAt: z.iso.datetime(),
    counted: countedCapturesSchema.nullable(),
  }),
  (event) =>
    measureDrift(
      { clean: cleanStore(config), artifacts: artifactStore(config), store: runStore(config), memoryMb },
      event,
    ),
);
