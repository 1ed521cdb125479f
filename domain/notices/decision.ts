import * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import { identityName } from '#domain/registry/decision';
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

export function decisionMessage(made: DecisionMade): Message {
  const { by, reason, runId } = made.decided;
  return composeMessage({
    heading: headingOf(made),
    summary: consequence(made),
    facts: [
      ['By', by === undefined ? 'not reported' : { code: identityName(by) }],
      ['Reason', reason ?? 'none given'],
    ],
    ...(runId === undefined ? {} : { footer: [['Run ', { code: runId }]] }),
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
  load: async ({ store }, { pipeline, ...decided }) => ({
    decided: decisionSchema.parse(await store.get(pipeline, deploymentKeys.decision(decided))),
    champion: await store.get(pipeline, deploymentKeys.champion),
  }),
  message: ({ pipeline }, { decided, champion }, stage) =>
    decisionMessage({
      pipeline,
      stage,
      decided,
      servingVersion: champion === undefined ? undefined : Number(champion['modelPackageVersion']),
    }),
});
