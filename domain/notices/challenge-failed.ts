import * as z from 'zod';
import { composeMessage } from '#domain/slack/message';
import { closedChallengeSchema } from '#schemas/records/challenge';
import { challengeEndMessage } from './challenge-verdict.ts';
import { defineNotice } from './notice.ts';

export const challengeFailed = defineNotice({
  name: 'challenge-failed',
  summary: 'A challenge could not be opened or carried out. The champion serves on.',
  severity: 'warning',
  event: { executionArn: z.string(), closed: closedChallengeSchema },
  example: {
    executionArn:
      'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-challenge:loan-default-v8-20260131103958000',
    closed: {
      report: true,
      pipeline: 'loan-default',
      mode: 'shadow',
      run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' },
      modelPackageVersion: 8,
      championVersion: 7,
      approvedAt: '2026-01-31T10:39:58.000Z',
      outcome: {
        end: 'failed',
        reasons: ['The endpoint became Failed.'],
        measures: {},
        at: '2026-01-31T10:50:00.000Z',
      },
    },
  },
  address: ({ executionArn, closed }) => ({
    key: executionArn,
    pipeline: closed.pipeline,
    ...(closed.report ? { run: closed.run } : {}),
  }),
  message: ({ closed }) =>
    closed.report
      ? challengeEndMessage(closed)
      : composeMessage({
          heading: `🚨 ${closed.pipeline}: a challenge could not begin, the champion stays`,
          summary: closed.reason,
          footer: ['Approve the version again for another try.'],
        }),
});
