import { expect, it } from 'vitest';
import { describeContinuation } from '#domain/training/describe-continuation';

const continued = { kind: 'continued' as const, from: 'r2', rounds: 120, ancestors: ['r2'], leftOut: 0 };

it('names the run that a training goes on from, and what it costs', () => {
  expect(describeContinuation(continued)).toBe('goes on from the 120 rounds of run r2');
  expect(describeContinuation({ ...continued, rounds: 1, ancestors: ['r2', 'r1', 'r0'], leftOut: 1200 })).toBe(
    'goes on from the 1 round of run r2, which went on from 2 earlier runs; 1,200 test rows are left out, since it was trained on them',
  );
});

it('says why a training starts anew', () => {
  const reason = 'the pipeline has no champion yet';
  expect(describeContinuation({ kind: 'full', reason })).toBe(`from the start: ${reason}`);
});
