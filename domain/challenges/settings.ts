import * as z from 'zod';

/** The settings that every mode of `deployment.challenge` has, besides `mode`. */
export const commonSettings = (mostShare: number) => ({
  share: z
    .int()
    .min(1)
    .max(mostShare)
    .meta({
      description: 'The percentage of the requests that reach the challenger.',
      examples: [Math.min(20, mostShare)],
    }),
  minRows: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(500)
    .meta({ description: 'How many rows must have been compared before a verdict.', examples: [2000] }),
  maxDays: z
    .int()
    .min(1)
    .max(60)
    .default(14)
    .meta({ description: 'Days after which the challenge ends without a verdict.', examples: [7] }),
  onTimeout: z
    .enum(['keep', 'promote'])
    .default('keep')
    .meta({
      description: 'What happens then: `keep` the champion, or `promote` the challenger.',
      examples: ['promote'],
    }),
  waitMs: z
    .int()
    .min(50)
    .max(5000)
    .default(1000)
    .meta({
      description:
        'Milliseconds that an answer waits for the challenger at most. Later counts as a failure of the challenger.',
      examples: [300],
    }),
});
