import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { listCurrentVersions } from '#functions/aws/object-versions';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { readPipeline } from '#functions/runtime/pipelines';
import { decideDrift } from '#functions/use-cases/decide-drift';
import { decideDriftSchema } from '#schemas/events/decide-drift';

const config = readConfig(['RAW_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'LAMBDA_TASK_ROOT']);

/** Decides about a drift check: its severity, whether it alarms, and what is done about it. */
export const handler = withMiddleware(decideDriftSchema, (event) =>
  decideDrift(
    {
      raw: { list: (prefix) => listCurrentVersions(s3Client(), config.RAW_BUCKET, prefix) },
      artifacts: artifactStore(config),
      store: runStore(config),
      readPipeline: (name) => readPipeline(config.LAMBDA_TASK_ROOT, name),
    },
    event,
  ),
);
