import * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import { slackUserOf } from '#domain/registry/approval-rules';
import { identityName } from '#domain/registry/decision';
import { approvalButtons } from '#domain/slack/buttons';
import { composeMessage, type Message } from '#domain/slack/message';
import type { Rich } from '#domain/slack/rich-text';
import { count } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import { type Decision, decisionSchema } from '#schemas/records/decision';
import { defineNotice } from './notice.ts';

/** A decision on a model version, and the version that served when it was announced. */
export interface DecisionMade {
  readonly pipeline: string;
  readonly stage: string;
  readonly decided: Decision;
  readonly servingVersion: number | undefined;
  /** Until when the buttons of a version that waits again work, in ms since the epoch; without it there are none. */
  readonly buttonsUntil?: number | undefined;
}

function headingOf({ pipeline, decided: { decision, version } }: DecisionMade): string {
  switch (decision) {
    case 'approved':
      return `✅ ${pipeline}: version ${count(version)} was approved`;
    case 'rejected':
      return `⛔ ${pipeline}: version ${count(version)} was rejected`;
    case 'reopened':
      return `🖐️ ${pipeline}: version ${count(version)} waits for approval again`;
    case 'rolled-back':
      return `⏪ ${pipeline}: going back to version ${count(version)}`;
    default:
      return unreachable(decision, 'decision');
  }
}

/** What follows from the decision. */
function consequence({
  pipeline,
  stage,
  decided: { decision, version, from, now },
  servingVersion,
}: DecisionMade): Rich {
  switch (decision) {
    case 'approved':
      return 'It is being deployed and tested. The result follows in this thread.';
    case 'rejected':
    case 'reopened':
      return servingVersion === version
        ? [
            'It still serves: a decision does not stop a model. To go back to the version before it: ',
            { code: `npx tidegate rollback ${pipeline} --stage ${stage}` },
          ]
        : 'It is not deployed.';
    case 'rolled-back':
      return `${from === undefined ? 'It' : `It replaces version ${count(from)} and`} is being deployed${now ? ', all at once,' : ''} and tested. The result follows in this thread.`;
    default:
      return unreachable(decision, 'decision');
  }
}

function whoDecided(by: string | undefined): Rich {
  if (by === undefined) return 'not reported';
  const user = slackUserOf(by);
  return user === undefined ? { code: identityName(by) } : { user };
}

export function decisionMessage(made: DecisionMade): Message {
  const { by, reason, runId, decision, version } = made.decided;
  const { pipeline, buttonsUntil: expires } = made;
  return composeMessage({
    heading: headingOf(made),
    summary: consequence(made),
    facts: [
      ['By', whoDecided(by)],
      ['Reason', reason ?? 'none given'],
    ],
    ...(runId === undefined ? {} : { footer: [['Run ', { code: runId }]] }),
    ...(decision === 'reopened' && expires !== undefined
      ? { actions: approvalButtons({ pipeline, version, expires }) }
      : {}),
  });
}

export const decision = defineNotice({
  name: 'decision',
  summary: 'A model version was approved, rejected or rolled back to.',
  severity: 'info',
  event: {
    pipeline: z.string(),
    version: z.int().min(1),
    decision: decisionSchema.shape.decision,
    at: z.string(),
    changedAt: z.string(),
  },
  example: {
    pipeline: 'loan-default',
    version: 8,
    decision: 'approved',
    at: '2026-01-31T10:40:00.000Z',
    changedAt: '2026-01-31T10:39:59.000Z',
  },
  address: ({ pipeline, version, decision: kind, at, changedAt }) => ({
    key: `${pipeline}#${version}#${at}#${kind}`,
    pipeline,
    decision: { version, at: changedAt },
  }),
  load: async ({ store, buttons }, { pipeline, ...decided }) => ({
    decided: decisionSchema.parse(await store.get(pipeline, deploymentKeys.decision(decided))),
    champion: await store.get(pipeline, deploymentKeys.champion),
    buttonsUntil: buttons?.(pipeline)?.expires,
  }),
  message: ({ pipeline }, { decided, champion, buttonsUntil }, stage) =>
    decisionMessage({
      pipeline,
      stage,
      decided,
      buttonsUntil,
      servingVersion: champion === undefined ? undefined : Number(champion['modelPackageVersion']),
    }),
});
