import * as z from 'zod';
import { instanceType } from '#domain/instance-type';

/** `deployment`: what an approved model is served by. */
export const deploymentSchema = z
  .object({
    instances: z
      .object({
        type: instanceType.default('ml.m5.large'),
        count: z.int().min(1).max(20).default(1),
      })
      .strict()
      .prefault({}),
    capturePercentage: z.int().min(0).max(100).default(100),
    maxWaitMinutes: z.int().min(5).max(480).default(60),
  })
  .strict()
  .prefault({});
export type DeploymentSettings = z.infer<typeof deploymentSchema>;
