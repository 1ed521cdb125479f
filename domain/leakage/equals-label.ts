import { formatNumber } from '#domain/text/format-number';
import type { LeakageCheck } from './leakage-check.ts';

/** A relation this strong leaves nothing to learn. */
const all = { area: 0.999, r2: 0.9999 } as const;

export const equalsLabel = {
  name: 'equals-label',
  summary: 'A column that is the label under another name, or from which it follows.',
  find: ({ columns, regression }) =>
    columns
      .filter(({ byValue }) => byValue >= (regression ? all.r2 : all.area))
      .map(({ name, byValue }) => ({
        column: name,
        reason: `the label follows from it (${regression ? 'R²' : 'AUC'} of it alone ${formatNumber(byValue)})`,
      })),
} as const satisfies LeakageCheck;
