import * as z from 'zod';
import { artifactStore } from '#functions/aws/buckets';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { applyGates } from '#functions/use-cases/apply-gates';
import { runPointerSchema } from '#schemas/records/run';

const config = readConfig(['ARTIFACTS_BUCKET']);

/** Judges an evaluated candidate and writes the verdict and the report. */
export const handler = withMiddleware(
  z.object({ run: runPointerSchema, champion: runPointerSchema.nullish() }),
  (event) => applyGates(artifactStore(config), event),
);
