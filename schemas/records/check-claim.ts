import * as z from 'zod';

/** Who starts the next check as captures arrive (state table, `check-claim`). */
export const checkClaimSchema = z.object({
  by: z.string().describe('the execution that waits'),
  until: z.iso.datetime().describe('when it starts the check; from then on another may claim the next one'),
});
export type CheckClaim = z.output<typeof checkClaimSchema>;
