import { formatCount } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { Continuation } from '#schemas/records/continuation';

/** What a training went on from, or why it started anew, in a few words. */
export function describeContinuation(continuation: Continuation): string {
  if (continuation.kind === 'full') return `from the start: ${continuation.reason}`;
  const { from, rounds, ancestors, leftOut } = continuation;
  const before = ancestors.length - 1;
  const chain = before === 0 ? '' : `, which went on from ${counted(before, 'earlier run')}`;
  const unused = leftOut === 0 ? '' : `; ${formatCount(leftOut)} test rows are left out, since it was trained on them`;
  return `goes on from the ${counted(rounds, 'round')} of run ${from}${chain}${unused}`;
}
