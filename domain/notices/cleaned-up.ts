import * as z from 'zod';
import type { Pricing } from '#domain/costs/price-table';
import { storageMonth } from '#domain/costs/prices';
import { shownList } from '#domain/data/shown';
import { composeMessage, type Message } from '#domain/slack/message';
import { bytes, counted } from '#domain/text/numbers';
import { removedCountsSchema } from '#schemas/records/clean-up';
import { defineNotice } from './notice.ts';

const removedSchema = removedCountsSchema.extend({
  planKey: z.string(),
  left: z.int().min(0),
  pipelines: z.array(z.string()),
});
type Removed = z.output<typeof removedSchema>;

/** The kinds of things that went, as a list. */
const listOf = ({ versions, endpointConfigs, models, objects }: Removed): string =>
  [
    [versions, 'model package'] as const,
    [endpointConfigs, 'endpoint config'] as const,
    [models, 'model'] as const,
    [objects, 'object'] as const,
  ]
    .filter(([n]) => n > 0)
    .map(([n, noun]) => counted(n, noun))
    .join(', ');

export function cleanedUpMessage(removed: Removed, pricing: Pricing): Message {
  const { runs, bytes: size, kept, left, planKey, pipelines } = removed;
  return composeMessage({
    heading: `🧹 Cleaned up after ${counted(runs, 'run')} of ${shownList(pipelines, 5)}`,
    summary: `Deleted: ${listOf(removed) || counted(removed.items, 'record')}. What serves, waits or may be rolled back to stays.`,
    facts: [
      ['Storage', `${bytes(size)}, about $${storageMonth(size, pricing).toFixed(2)} a month`],
      ['Record', { code: planKey }],
      ...(kept > 0 ? ([['Kept', `${counted(kept, 'run')} that came into use meanwhile`]] as const) : []),
    ],
    footer: left > 0 ? [`${counted(left, 'more run')} will follow with the next clean-up.`] : [],
  });
}

export const cleanedUp = defineNotice({
  name: 'cleaned-up',
  summary: 'A clean-up deleted what no pipeline needs any more. One that deleted nothing says nothing.',
  severity: 'info',
  event: { executionArn: z.string(), removed: removedSchema },
  example: {
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-clean-up:e1',
    removed: {
      planKey: '_clean-up/2026-02-01/e1/plan.json',
      pipelines: ['loan-default'],
      left: 0,
      runs: 12,
      versions: 3,
      endpointConfigs: 0,
      models: 3,
      objects: 640,
      bytes: 2_400_000_000,
      items: 30,
      kept: 0,
    },
  },
  address: ({ executionArn }) => ({ key: executionArn }),
  load: async ({ pricing }) => pricing,
  message: ({ removed }, pricing) => cleanedUpMessage(removed, pricing),
});
