import * as z from 'zod';
import { instanceType } from '#domain/instance-type';

/** `deployment`: how an approved model is served. */
export const deploymentSchema = z
  .object({
    instances: z
      .object({
        type: instanceType
          .default('ml.m5.large')
          .meta({ description: 'The SageMaker instance type of the endpoint.', examples: ['ml.c6i.xlarge'] }),
        count: z
          .int()
          .min(1)
          .max(20)
          .default(1)
          .meta({ description: 'How many instances serve the model.', examples: [2] }),
      })
      .strict()
      .prefault({})
      .describe('The machines of the endpoint.'),
    capturePercentage: z
      .int()
      .min(0)
      .max(100)
      .default(100)
      .meta({
        description:
          'The percentage of requests that are kept with their answers. Drift checks with `drift.source: captures` read them. 0 keeps none.',
        examples: [20],
      }),
    maxWaitMinutes: z
      .int()
      .min(5)
      .max(480)
      .default(60)
      .meta({
        description:
          'Minutes until the endpoint must serve the new model. After that the deployment fails and the former model stays.',
        examples: [30],
      }),
  })
  .strict()
  .prefault({})
  .describe('What serves an approved model.');
export type DeploymentSettings = z.infer<typeof deploymentSchema>;
