import * as z from 'zod';
import { identityName } from '#domain/registry/decision';
import { composeMessage, type Message } from '#domain/slack/message';
import { counted } from '#domain/text/numbers';
import { retirementSchema, type TakenBack, takenBackSchema } from '#schemas/records/retirement';
import { defineNotice } from './notice.ts';

const outcomeSchema = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('retired'), pipeline: z.string(), retirement: retirementSchema }),
  z.object({ decision: z.literal('taken-back'), pipeline: z.string(), takenBack: takenBackSchema }),
]);

const whoAndWhy = ({ by, reason }: TakenBack) =>
  [
    ['By', by === undefined ? 'not reported' : { code: identityName(by) }],
    ['Reason', reason ?? 'none given'],
  ] as const;

export function retiredMessage(outcome: z.output<typeof outcomeSchema>, stage: string): Message {
  const { pipeline } = outcome;
  if (outcome.decision === 'taken-back') {
    return composeMessage({
      heading: `🌱 ${pipeline}: the retirement was taken back`,
      summary: [
        'Drops start runs again. To serve the last model again: ',
        { code: `npx tidegate rollback ${pipeline} --stage ${stage}` },
      ],
      facts: whoAndWhy(outcome.takenBack),
    });
  }
  const { endpoint, endpointConfigs, models } = outcome.retirement;
  const gone = [
    endpoint ? 'its endpoint' : 'no endpoint',
    counted(endpointConfigs, 'endpoint config'),
    counted(models, 'model'),
  ];
  return composeMessage({
    heading: `🪦 ${pipeline}: the pipeline was retired`,
    summary: `Deleted: ${gone.join(', ')}. Model packages, records and data stay. Later drops and approvals do nothing.`,
    facts: whoAndWhy(outcome.retirement),
    footer: [['To take it back: ', { code: `npx tidegate retire ${pipeline} --undo --stage ${stage}` }]],
  });
}

export const retired = defineNotice({
  name: 'retired',
  summary: 'A pipeline was retired, or its retirement was taken back.',
  severity: 'info',
  event: { executionArn: z.string(), retired: outcomeSchema },
  example: {
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-retire:e1',
    retired: {
      decision: 'retired',
      pipeline: 'loan-default',
      retirement: { at: '2026-01-31T10:40:00.000Z', endpoint: true, endpointConfigs: 1, models: 3 },
    },
  },
  address: ({ executionArn, retired: { pipeline } }) => ({ key: executionArn, pipeline }),
  message: ({ retired: outcome }, _, stage) => retiredMessage(outcome, stage),
});
