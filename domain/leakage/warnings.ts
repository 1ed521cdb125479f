import { count } from '#domain/text/numbers';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** Columns that are named at most: the warnings are shown in the verdict, the report and Slack. */
const mostNamed = 20;

/** One sentence for each column that seems to give the label away, and one for those that are not named. */
export function leakageWarnings({ leakage = [] }: Pick<FittedTransform, 'leakage'>): string[] {
  const named = leakage
    .slice(0, mostNamed)
    .map(({ column, reason }) => `Column "${column}" may be known only after the outcome: ${reason}.`);
  const more = leakage.length - named.length;
  return more > 0
    ? [
        ...named,
        `${count(more)} more ${more === 1 ? 'column' : 'columns'} may be known only after the outcome: transform.json of the run names them.`,
      ]
    : named;
}
