import { formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { JointCause, JointDrift } from '#schemas/records/baseline';
import type { JointTest, MeasuredTogether } from './joint-test.ts';
import type { JointRows } from './rows.ts';

/** The name of all columns together where columns are listed. */
export const TOGETHER = 'all columns together';
/** Causes and columns that are named at most, in the record and in words. */
const MOST_CAUSES = 10;
const MOST_IN_WORDS = 3;
const MOST_LEFT_OUT = 20;

/** What one test found. */
export interface JointEffect {
  readonly test: JointTest;
  readonly threshold: number;
  readonly measured: MeasuredTogether;
}

/** Compares the rows by every test that has a threshold. */
export const measureTogether = (
  { before, now }: JointRows,
  tests: readonly JointTest[],
  thresholds: Readonly<Record<string, number>>,
): JointEffect[] =>
  tests.flatMap((test) => {
    const threshold = thresholds[test.name];
    return threshold === undefined ? [] : [{ test, threshold, measured: test.measure(before, now) }];
  });

/** Causes by the names of columns, the largest share first. A correlation is of two columns that are one model input each. */
function namedCauses({ causes }: MeasuredTogether, names: readonly string[]): JointCause[] {
  const isSingle = (name: string): boolean => names.indexOf(name) === names.lastIndexOf(name);
  const found = new Map<string, JointCause>();
  for (const { columns, share, correlation } of causes) {
    const own = [...new Set(columns.map((at) => names[at] as string))];
    const key = JSON.stringify(own.toSorted());
    const entry = found.get(key);
    found.set(key, {
      columns: entry?.columns ?? own,
      share: (entry?.share ?? 0) + share,
      ...(correlation && own.every(isSingle) ? { correlation: { before: correlation[0], now: correlation[1] } } : {}),
    });
  }
  return [...found.values()].sort((a, b) => b.share - a.share).slice(0, MOST_CAUSES);
}

/** A cause in words: `the relation of income and debt (71 %, correlation from 0.6 to -0.5)`. */
function describeCause({ columns, share, correlation }: JointCause): string {
  const what = columns.length > 1 ? `the relation of ${columns.join(' and ')}` : `${columns[0]}`;
  const moved = correlation
    ? `, correlation from ${formatNumber(correlation.before)} to ${formatNumber(correlation.now)}`
    : '';
  return `${what} (${formatPercent(share)}${moved})`;
}

/**
 * Judges what the tests of all columns together found.
 *
 * @param significant the largest probability that is significant among those of all columns
 */
export function judgeTogether(
  { columns, now, leftOut }: JointRows,
  effects: readonly JointEffect[],
  significant: number,
): JointDrift {
  const judged = effects.map(({ test, threshold, measured }) => {
    const isSignificant = measured.p * effects.length <= significant;
    const drifted = isSignificant && measured.statistic > threshold;
    return { test, threshold, measured, drifted };
  });
  const drifted = judged.some((own) => own.drifted);
  const shown = judged.filter((own) => own.drifted === drifted);
  const first = shown[0]?.measured;
  const causes = drifted && first ? namedCauses(first, columns) : [];
  const verdicts = shown.map(({ test, threshold, measured: { statistic }, drifted: over }) => {
    const limit = formatNumber(threshold);
    const value = formatNumber(statistic, { apartFrom: threshold });
    if (over) return `${test.label} ${value} is over ${limit}`;
    return statistic > threshold ? `${test.label} ${value} may be chance` : `${test.label} ${value} is within ${limit}`;
  });
  const most = causes.slice(0, MOST_IN_WORDS).map(describeCause).join(', ');
  return {
    column: TOGETHER,
    tests: Object.fromEntries(
      judged.map(({ test, threshold, measured: { statistic, p }, drifted: over }) => [
        test.name,
        { statistic, threshold, p, drifted: over },
      ]),
    ),
    drifted,
    reason: `${verdicts.join(', ')}${most === '' ? '' : `; most of it: ${most}`}.`,
    rows: now.rows,
    columns: new Set(columns).size,
    causes,
    leftOut: leftOut.slice(0, MOST_LEFT_OUT).map((own) => ({ ...own })),
  };
}

/** What was compared together, in a sentence. */
export const togetherText = ({
  together,
  notTogether,
}: {
  together?: JointDrift | undefined;
  notTogether?: string | undefined;
}): string | undefined => {
  if (!together)
    return notTogether === undefined ? undefined : `All columns together were not compared: ${notTogether}.`;
  const { columns, rows, leftOut } = together;
  const out = [...Map.groupBy(leftOut, ({ reason }) => reason)].map(
    ([reason, own]) => `${own.map(({ column }) => column).join(', ')} (${reason})`,
  );
  return `Compared together: ${counted(columns, 'column')} in a sample of ${counted(rows, 'row')}.${out.length === 0 ? '' : ` Left out: ${out.join('; ')}.`}`;
};
