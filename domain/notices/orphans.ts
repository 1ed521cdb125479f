import * as z from 'zod';
import { composeMessage, type Message } from '#domain/slack/message';
import { counted } from '#domain/text/numbers';
import { defineNotice } from './notice.ts';

const orphanSchema = z.object({ pipeline: z.string(), endpoint: z.string() });
type Orphan = z.output<typeof orphanSchema>;

export function orphansMessage(orphans: readonly Orphan[], stage: string): Message {
  const many = orphans.length > 1;
  return composeMessage({
    heading: `👻 ${counted(orphans.length, 'endpoint')} without a pipeline`,
    summary: `${many ? 'They serve and cost' : 'It serves and costs'} money, but no deployed pipeline owns ${many ? 'them' : 'it'}. Deploy the pipeline again, or retire it.`,
    parts: [
      {
        lines: orphans.map(({ pipeline, endpoint }) => [
          { code: endpoint },
          ': ',
          { code: `npx tidegate retire ${pipeline} --stage ${stage}` },
        ]),
      },
    ],
  });
}

export const orphans = defineNotice({
  name: 'orphans',
  summary: 'Endpoints serve although their pipelines are no longer deployed.',
  severity: 'warning',
  event: { executionArn: z.string(), orphans: z.array(orphanSchema).min(1) },
  example: {
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-check-service:e1',
    orphans: [{ pipeline: 'loan-default', endpoint: 'tidegate-dev-loan-default' }],
  },
  // other endpoints are other trouble
  address: ({ executionArn, orphans: found }) => ({
    key: executionArn,
    trouble: {
      name: `orphans#${found
        .map(({ endpoint }) => endpoint)
        .toSorted()
        .join(',')
        .slice(0, 700)}`,
    },
  }),
  message: (event, _, stage) => orphansMessage(event.orphans, stage),
});
