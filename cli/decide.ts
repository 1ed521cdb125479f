import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { ApprovalAction } from '#schemas/records/approval';
import { CliError } from './output.ts';
import { callerArn, type Target } from './target.ts';
import { describeEnd, watchExecution } from './watch.ts';

/** The output of the record-decision machine for a request. */
const decidedSchema = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('set'), version: z.number(), before: z.string().nullable() }),
  z.object({ decision: z.literal('recorded'), version: z.number(), executionArn: z.string() }),
  z.object({ decision: z.literal('refused'), reason: z.string() }),
  z.object({ decision: z.literal('ignore'), reason: z.string() }),
]);
type Decided<Decision extends string> = Extract<z.output<typeof decidedSchema>, { decision: Decision }>;

/** What a person asks for. */
export interface DecisionWish {
  readonly action: ApprovalAction;
  readonly pipeline: string;
  readonly version: number | undefined;
  readonly reason: string | undefined;
  /** Of a roll-back. */
  readonly now?: boolean;
  readonly moved?: boolean;
}

/**
 * Has the stage decide, as the buttons in Slack do, in the name of the caller.
 *
 * @returns `set` for an approval or a rejection, `recorded` for a roll-back, or why not
 * @throws CliError when the machine fails
 */
export async function requestDecision(
  target: Target,
  wish: DecisionWish & { readonly action: 'approve' | 'reject' },
): Promise<Decided<'set' | 'refused' | 'ignore'>>;
export async function requestDecision(
  target: Target,
  wish: DecisionWish & { readonly action: 'roll-back' },
): Promise<Decided<'recorded' | 'refused' | 'ignore'>>;
export async function requestDecision(target: Target, wish: DecisionWish): Promise<z.output<typeof decidedSchema>> {
  const by = await callerArn(target);
  const { executionArn = '' } = await target.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: target.outputs.RecordDecisionStateMachineArn,
      input: JSON.stringify({ decide: { ...wish, by } }),
    }),
  );
  const ended = await watchExecution(target.sfn, executionArn, { silent: true });
  if (ended.status !== 'SUCCEEDED') throw new CliError(describeEnd(ended));
  return decidedSchema.parse(ended.output);
}
