import { formatNumber } from '#domain/text/format-number';
import type { LeakageCheck } from './leakage-check.ts';

/** How well the exact values must predict, and by how much better than the ranges that they are in. */
const least = { area: 0.8, r2: 0.75 } as const;
const gain = 0.04;

/**
 * A number whose exact values say much more than its size was written after the outcome: terms of loans that were paid are whole
 * years, those of loans that failed end in any month.
 */
export const exactValues = {
  name: 'exact-values',
  summary: 'A number whose exact values predict the label much better than its size.',
  find: ({ columns, regression }) =>
    columns
      .filter(({ kind }) => kind === 'number' || kind === 'datetime')
      .filter(({ byRange, byValue }) => byValue >= (regression ? least.r2 : least.area) && byValue - byRange >= gain)
      .map(({ name, byRange, byValue }) => ({
        column: name,
        reason: `its exact values predict the label (${regression ? 'R²' : 'AUC'} ${formatNumber(byValue)}) better than their size does (${formatNumber(byRange)})`,
      })),
} as const satisfies LeakageCheck;
