import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { Pricing } from '#domain/costs/price-table';
import { storageMonth } from '#domain/costs/prices';
import {
  type CleanUpPlan,
  cleanUpPlanSchema,
  type PlannedRemoval,
  removedCountsSchema,
} from '#schemas/records/clean-up';
import { bytes, CliError, table } from './output.ts';
import { readRecord } from './read-record.ts';
import type { Target } from './target.ts';
import { describeEnd, watchExecution } from './watch.ts';

/** The output of the machine clean-up. */
const cleanedUpSchema = z.object({
  planKey: z.string(),
  removed: removedCountsSchema.optional().describe('absent where nothing was planned, and of a dry run'),
});

/** A clean-up that has ended, with its plan. */
export interface CleanedUp {
  readonly executionArn: string;
  readonly planKey: string;
  readonly plan: CleanUpPlan;
  readonly removed: z.output<typeof removedCountsSchema> | undefined;
}

/**
 * Runs the machine clean-up and follows it.
 *
 * @throws CliError when the stack has no such machine, or the machine failed
 */
export async function cleanUp(
  target: Target,
  input: { readonly pipeline: string | undefined; readonly dryRun: boolean },
  silent: boolean,
): Promise<CleanedUp> {
  const { sfn, outputs, stage } = target;
  if (outputs.CleanUpStateMachineArn === undefined)
    throw new CliError(`Stage ${stage} has no machine clean-up: deploy it again.`);
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: outputs.CleanUpStateMachineArn, input: JSON.stringify(input) }),
  );
  const ended = await watchExecution(sfn, executionArn, { silent });
  if (ended.status !== 'SUCCEEDED') throw new CliError(`The clean-up ${describeEnd(ended)}`);
  const { planKey, removed } = cleanedUpSchema.parse(ended.output);
  const plan = await readRecord(target, planKey, cleanUpPlanSchema);
  if (plan === undefined) throw new CliError(`The plan ${planKey} is no longer in ${outputs.ArtifactsBucketName}.`);
  return { executionArn, planKey, plan, removed };
}

const dollars = (size: number, pricing: Pricing): string => `$${storageMonth(size, pricing).toFixed(2)}`;

/** What goes of a run, in short. */
function partsOf({ versions, endpointConfigs, models, rows, records, objects }: PlannedRemoval): string {
  const parts = [
    ...versions.map(({ version }) => `version ${version}`),
    ...(endpointConfigs.length > 0 ? ['endpoint config'] : []),
    ...(models.length > 0 ? ['model'] : []),
    ...(rows ? ['rows'] : []),
    ...(records ? ['records'] : []),
  ];
  const named = parts.length > 0 ? parts.join(', ') : 'items of the state table';
  return objects > 0 ? `${named} (${objects})` : named;
}

/** The removals of a plan as a table, with their sizes and what storing them costs a month. */
export function describePlan({ removals, left }: CleanUpPlan, pricing: Pricing): string {
  if (removals.length === 0) return 'Nothing to clean up.';
  const size = removals.reduce((sum, removal) => sum + removal.bytes, 0);
  const rows = removals.map((removal) => [
    removal.pipeline,
    removal.runId,
    partsOf(removal),
    bytes(removal.bytes),
    dollars(removal.bytes, pricing),
    removal.reason,
  ]);
  return [
    table(['PIPELINE', 'RUN', 'WHAT', 'SIZE', 'A MONTH', 'WHY'], rows),
    `together ${bytes(size)}, ${dollars(size, pricing)} a month`,
    ...(left > 0 ? [`${left} more are the next clean-up's`] : []),
  ].join('\n');
}
