import * as z from 'zod';
import { challengeMode } from '#domain/challenges/registry';
import { composeMessage, type Message } from '#domain/slack/message';
import { count } from '#domain/text/numbers';
import { type Challenge, challengeSchema } from '#schemas/records/challenge';
import { runPointerSchema } from '#schemas/records/run';
import { defineNotice } from './notice.ts';

export function challengeStartedMessage(
  { pipeline, mode, settings, challenger, champion }: Challenge,
  stage: string,
): Message {
  const version = challenger.modelPackageVersion;
  return composeMessage({
    heading: `🥊 ${pipeline}: version ${count(version)} challenges version ${count(champion.modelPackageVersion)}`,
    summary: challengeMode(mode).summary,
    facts: [
      ['Endpoint', { code: challenger.endpointName }],
      ['Requests', `${count(settings.share)} %`],
      ['Verdict', `after ${count(settings.minRows)} rows or more, within ${count(settings.maxDays)} days`],
    ],
    footer: [['To look at it: ', { code: `npx tidegate challenge show ${pipeline} --stage ${stage}` }]],
  });
}

export const challengeStarted = defineNotice({
  name: 'challenge-started',
  summary: 'An approved model runs beside the champion before it is rolled out.',
  severity: 'info',
  event: { run: runPointerSchema, executionArn: z.string() },
  example: {
    run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' },
    executionArn:
      'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-challenge:loan-default-v8-20260131103958000',
  },
  address: ({ run, executionArn }) => ({ key: executionArn, run }),
  load: async ({ store }, { run }) => challengeSchema.parse(await store.get(run.pipeline, 'challenge')),
  message: (_, challenge, stage) => challengeStartedMessage(challenge, stage),
});
