import * as z from 'zod';
import { identityName } from '#domain/registry/decision';
import { composeMessage, type Message } from '#domain/slack/message';
import { formatNumber } from '#domain/text/format-number';
import { count } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import { type ChallengeEnd, type ClosedChallenge, closedChallengeSchema } from '#schemas/records/challenge';
import { defineNotice } from './notice.ts';

type Reported = Extract<ClosedChallenge, { readonly report: true }>;

const headings = (end: ChallengeEnd, challenger: string, champion: string): string => {
  switch (end) {
    case 'won':
      return `🏆 %: ${challenger} won its challenge`;
    case 'lost':
      return `🛡️ %: ${challenger} lost its challenge, ${champion} stays`;
    case 'kept':
      return `⌛ %: the challenge of ${challenger} ended without a verdict, ${champion} stays`;
    case 'stopped':
      return `✋ %: the challenge of ${challenger} was stopped`;
    case 'superseded':
      return `⏭️ %: the challenge of ${challenger} was superseded`;
    case 'retired':
      return `🪦 %: the challenge of ${challenger} ended with the pipeline`;
    case 'failed':
      return `🚨 %: the challenge of ${challenger} failed, ${champion} stays`;
    default:
      return unreachable(end, 'end of a challenge');
  }
};

/** How a challenge ended, with what was measured. */
export function challengeEndMessage({ outcome, ...closed }: Reported): Message {
  const { pipeline, mode, modelPackageVersion, championVersion, run } = closed;
  const { end, reasons, measures, by } = outcome;
  const heading = headings(end, `version ${count(modelPackageVersion)}`, `version ${count(championVersion)}`);
  return composeMessage({
    heading: heading.replace('%', pipeline),
    summary: reasons.join(' '),
    facts: [['Mode', mode], ...(by === undefined ? [] : [['By', { code: identityName(by) }] as const])],
    parts:
      Object.keys(measures).length === 0
        ? []
        : [
            {
              title: 'Measured',
              table: {
                columns: ['measure', 'value'],
                rows: Object.entries(measures).map(([name, value]) => [name, formatNumber(value)]),
              },
            },
          ],
    footer: [
      ...(end === 'won' ? ['It is rolled out now, by deployment.strategy.'] : []),
      ['Run ', { code: run.runId }],
    ],
  });
}

export const challengeVerdict = defineNotice({
  name: 'challenge-verdict',
  summary: 'A challenge ended: the challenger won or lost, or there was no verdict.',
  severity: 'info',
  event: { executionArn: z.string(), closed: closedChallengeSchema.options[0] },
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
        end: 'won',
        reasons: ['Every limit is kept over 812 rows.'],
        measures: {
          rows: 812,
          requests: 406,
          errorRate: 0,
          changedDecisions: 0.021,
          meanShift: 0.08,
          latencyRatio: 1.02,
        },
        at: '2026-02-01T10:50:00.000Z',
      },
    },
  },
  address: ({ executionArn, closed: { run } }) => ({ key: executionArn, run }),
  message: ({ closed }) => challengeEndMessage(closed),
});
