import * as z from 'zod';
import type { Retirement, TakenBack } from '#schemas/records/retirement';

/** RetirePipeline's input. */
export const retirePipelineSchema = z.object({
  pipeline: z.string().regex(/^[a-z][a-z0-9-]*$/),
  by: z.string().nullish().describe('ARN of the caller, as the caller reported it'),
  reason: z.string().max(1024).nullish(),
  undo: z.boolean().default(false).describe('take the retirement back'),
  executionArn: z.string().startsWith('arn:'),
  startedAt: z.iso.datetime({ offset: true }),
});

/** RetirePipeline's result. */
export type Retired =
  | { readonly decision: 'retired'; readonly pipeline: string; readonly retirement: Retirement }
  | { readonly decision: 'taken-back'; readonly pipeline: string; readonly takenBack: TakenBack }
  | { readonly decision: 'ignore'; readonly pipeline: string; readonly reason: string };

/** FindOrphans' result: endpoints of this stage whose pipelines are not deployed. */
export interface Orphans {
  readonly orphans: readonly { readonly pipeline: string; readonly endpoint: string }[];
}
