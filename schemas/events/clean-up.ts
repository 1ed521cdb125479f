import * as z from 'zod';

/** PlanCleanUp's input. */
export const planCleanUpSchema = z.object({
  pipeline: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .nullish()
    .describe('the only pipeline to look at; by default all that are deployed'),
  dryRun: z.boolean().default(false).describe('plan alone'),
  executionArn: z.string().startsWith('arn:'),
  startedAt: z.iso.datetime({ offset: true }),
});

/** PlanCleanUp's result. */
export interface PlannedCleanUp {
  /** In the artifacts bucket: `schemas/records/clean-up.ts`. */
  readonly planKey: string;
  readonly dryRun: boolean;
  /** Those that lose something. */
  readonly pipelines: readonly string[];
  /** How many runs lose something. */
  readonly removals: number;
  /** How many more the next clean-up has. */
  readonly left: number;
  /** The numbers of the batches; none of a dry run. */
  readonly batches: readonly number[];
}

/** RemoveUnused's input. */
export const removeUnusedSchema = z.object({ planKey: z.string().startsWith('_clean-up/'), batch: z.int().min(0) });
