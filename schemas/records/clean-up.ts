import * as z from 'zod';

const versionSchema = z.object({
  version: z.int().min(1),
  modelPackageArn: z.string().startsWith('arn:'),
  approval: z.enum(['Approved', 'Rejected', 'PendingManualApproval']).describe('when the clean-up was planned'),
});

/** What goes of one run. Its parts are deleted in the order in which they stand here: each refers to what comes after it. */
export const removalSchema = z.object({
  runId: z.string().min(1),
  reason: z.string().min(1),
  versions: z
    .array(versionSchema)
    .describe('the model package: once it is gone, nobody can approve the version or roll back to it'),
  endpointConfigs: z.array(z.string()),
  models: z.array(z.string()),
  rows: z.boolean().describe('whether its rows go, from the clean bucket'),
  records: z.boolean().describe('whether its records and model artifact go, from the artifacts bucket'),
  items: z.array(z.string()).describe('sort keys in the state table, its own record last'),
});
export type Removal = Readonly<z.output<typeof removalSchema>>;

/** A run that stays as it is, and why. */
const keptSchema = z.object({ runId: z.string(), reason: z.string() });
export type Kept = Readonly<z.output<typeof keptSchema>>;

/** A removal of a pipeline, with all versions of the objects that go. */
const plannedRemovalSchema = removalSchema.extend({
  pipeline: z.string().min(1),
  objects: z.int().min(0),
  bytes: z.int().min(0),
});
export type PlannedRemoval = Readonly<z.output<typeof plannedRemovalSchema>>;

/** What a clean-up is about to do: `_clean-up/<day>/<execution>/plan.json` in the artifacts bucket. */
export const cleanUpPlanSchema = z.object({
  at: z.string().describe('ISO 8601'),
  dryRun: z.boolean(),
  removals: z.array(plannedRemovalSchema),
  kept: z.array(keptSchema.extend({ pipeline: z.string() })),
  left: z.int().min(0).describe('removals that are the next clean-up’s, since one has room for no more'),
});
export type CleanUpPlan = Readonly<z.output<typeof cleanUpPlanSchema>>;

const count = z.int().min(0);
/** How much was deleted. */
export const removedCountsSchema = z.object({
  runs: count.describe('runs of which anything went'),
  versions: count,
  endpointConfigs: count,
  models: count,
  objects: count.describe('objects of the clean and the artifacts bucket, in all versions'),
  bytes: count,
  items: count.describe('items of the state table'),
  kept: count.describe('runs that came into use since the plan, and stayed'),
});
export type RemovedCounts = Readonly<z.output<typeof removedCountsSchema>>;

/** What one batch of a clean-up did: `removed-<n>.json` beside the plan. */
export const removedRecordSchema = z.object({
  counts: removedCountsSchema,
  runs: z.array(
    z.object({
      pipeline: z.string(),
      runId: z.string(),
      keptBecause: z.string().optional().describe('why it stayed although the plan had it'),
    }),
  ),
});
export type RemovedRecord = Readonly<z.output<typeof removedRecordSchema>>;
