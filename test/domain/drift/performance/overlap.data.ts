import { expect, it } from 'vitest';
import { steadyWindows } from './steady-windows.ts';

// With the variance of a single classifier, the mean square is about 1.6, and one window in 25 is weighed.
it.each([
  [50, 200, 60, 3],
  [500, 500, 20, 2],
  [5000, 500, 6, 1],
])(
  'weighs no more windows of %i rows without a change than stated',
  (rows, reference, windows, most) => {
    const { squares, weighed } = steadyWindows({ rows, reference, windows });
    expect(squares).toBeLessThan(1.2);
    // more of them at 1 % are less likely than 1 in 300
    expect(weighed).toBeLessThanOrEqual(most);
  },
  240_000,
);
