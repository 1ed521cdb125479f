import * as z from 'zod';

/** What ClaimCheck receives: a captured request arrived. */
export const claimCheckSchema = z.object({
  pipeline: z.string().min(1),
  by: z.string().min(1).describe('the execution that claims the next check'),
  at: z.iso.datetime().describe('when that execution began'),
  everySeconds: z.int().min(60).max(86_400).describe('drift.onCapture.every'),
});
export type ClaimCheck = Readonly<z.output<typeof claimCheckSchema>>;

/** What ClaimCheck answers. */
export type ClaimedCheck =
  | { readonly decision: 'wait'; readonly seconds: number }
  | { readonly decision: 'claimed'; readonly reason: string };
