import * as z from 'zod';
import { artifactStore } from '#functions/aws/buckets';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { stageCosts } from '#functions/runtime/costs';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { forecastCosts } from '#functions/use-cases/forecast-costs';

const config = readConfig(['STAGE', 'AWS_REGION', 'COSTS', 'STATE_TABLE', 'ARTIFACTS_BUCKET', 'LAMBDA_TASK_ROOT']);

/** Sums what the stage has cost this month, and forecasts what it will have cost at its end. */
export const handler = withMiddleware(z.object({ now: z.iso.datetime() }), ({ now }) => {
  const { pricing, budget } = stageCosts(config, process.arch);
  return forecastCosts(
    {
      store: runStore(config),
      artifacts: artifactStore(config),
      pricing,
      pipelines: pipelineNames(config.LAMBDA_TASK_ROOT),
      budget: budget?.month,
    },
    { now },
  );
});
