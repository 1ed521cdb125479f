import * as z from 'zod';
import type { Algorithms } from '#domain/algorithms/registry';
import { batchSchema } from '#domain/batch/settings';
import { constraintsSchema } from '#domain/constraints/settings';
import { budgetSchema } from '#domain/costs/budget';
import { datasetSchema } from '#domain/data/settings';
import { splitSchema } from '#domain/data/split-settings';
import { deploymentSchema } from '#domain/deployment/settings';
import { personalDataSettingsSchema } from '#domain/detectors/settings';
import { driftSchema } from '#domain/drift/settings';
import { evaluationSchema } from '#domain/evaluation/settings';
import { imbalanceSchema } from '#domain/imbalance/settings';
import { leakageSchema } from '#domain/leakage/settings';
import { cardSchema } from '#domain/model-card/settings';
import { notifySchema } from '#domain/notices/settings';
import { registrySchema } from '#domain/registry/settings';
import { retentionSchema } from '#domain/retention/settings';
import { trackingSchema } from '#domain/tracking/settings';
import { trainingSchemaOf } from '#domain/training/settings';
import { checkPipeline } from './pipeline-rules.ts';

/** The kinds a pipeline may name; those that are registered where one is left out. */
export interface PipelineKinds {
  readonly algorithms?: Algorithms;
}

/**
 * One pipeline, as written in its YAML file below `pipelines/` and pinned beside each run: composed of the sections, whose schemas stand
 * with what they set. JSON Schema for editors is generated from it (`npm run schemas`), never written by hand.
 */
export const pipelineSchemaOf = ({ algorithms }: PipelineKinds = {}) =>
  z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/, '3 to 22 lower-case letters, digits and hyphens, a letter first')
        .meta({
          description:
            'The name of the pipeline, as its file has it: 3 to 22 lower-case letters, digits and hyphens, a letter first. Drops go below this name in the raw bucket.',
          examples: ['churn'],
        }),
      description: z
        .string()
        .max(500)
        .optional()
        .meta({
          description: 'What the pipeline is for, for readers.',
          examples: ['Which customers will leave this month?'],
        }),
      dataset: datasetSchema,
      personalData: personalDataSettingsSchema,
      constraints: constraintsSchema,
      split: splitSchema.prefault({}),
      imbalance: imbalanceSchema,
      training: trainingSchemaOf(algorithms),
      evaluation: evaluationSchema,
      leakage: leakageSchema.optional(),
      registry: registrySchema,
      deployment: deploymentSchema,
      drift: driftSchema.optional(),
      batch: batchSchema.optional(),
      budget: budgetSchema.optional(),
      retention: retentionSchema,
      notify: notifySchema,
      tracking: trackingSchema.optional(),
      card: cardSchema.optional(),
    })
    .superRefine((pipeline, ctx) => checkPipeline(pipeline, ctx, algorithms));
export const pipelineSchema = pipelineSchemaOf();
export type Pipeline = z.infer<typeof pipelineSchema>;
