import type { LeakageCheck } from './leakage-check.ts';
import { fitLinear } from './linear.ts';
import { explained } from './skill.ts';

/** Columns that are looked at together: the ones that say most. */
const most = 40;
const exact = 0.9999;
/** Without a part, at least this share of the label's variance is no longer explained. */
const lost = 0.001;

const asNumbers = (values: readonly unknown[]): Float64Array | undefined =>
  values.every((value) => typeof value === 'number') ? Float64Array.from(values as number[]) : undefined;

/** The label of a regression that is a sum of columns, such as a total and its parts. */
export const partsOfLabel = {
  name: 'parts-of-label',
  summary: 'Columns of which a number to predict is a sum.',
  find({ columns, labels, regression }) {
    if (!regression) return [];
    const numbers = columns
      .flatMap(({ name, values, byValue }) => {
        const found = asNumbers(values);
        return found ? [{ name, byValue, values: found }] : [];
      })
      .toSorted((a, b) => b.byValue - a.byValue)
      .slice(0, most);
    const share = (used: typeof numbers) =>
      used.length === 0
        ? 0
        : explained(
            labels,
            fitLinear(
              used.map((c) => c.values),
              labels,
            ),
          );
    const all = share(numbers);
    if (all < exact || labels.length < 2 * numbers.length) return [];
    return numbers
      .filter((own) => all - share(numbers.filter((other) => other !== own)) >= lost)
      .map(({ name }) => ({ column: name, reason: 'the label is a sum of it and other columns' }));
  },
} as const satisfies LeakageCheck;
