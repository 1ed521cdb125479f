import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { predictionReader } from '#functions/aws/prediction-log';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { judgeChallenge } from '#functions/use-cases/judge-challenge';
import { judgeChallengeSchema } from '#schemas/events/challenge';

const config = readConfig(['ARTIFACTS_BUCKET', 'CLEAN_BUCKET', 'STATE_TABLE']);

/** Counts what was logged since the last look at a challenge, and judges it. */
export const handler = withMiddleware(judgeChallengeSchema, (event) =>
  judgeChallenge(
    {
      artifacts: artifactStore(config),
      store: runStore(config),
      predictions: predictionReader(s3Client(), config.CLEAN_BUCKET),
    },
    event,
  ),
);
