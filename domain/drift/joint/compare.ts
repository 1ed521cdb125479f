import { formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { ColumnDrift, JointCause, JointDrift } from '#schemas/records/baseline';
import type { JointTest, MeasuredTogether } from './joint-test.ts';
import { type JointRows, tooFewInputs } from './rows.ts';

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

type Thresholds = Readonly<Record<string, number>>;

/** Compares rows by every test of a kind that has a threshold. */
const measureRows = (
  compares: JointTest['compares'],
  { before, now }: Pick<JointRows, 'before' | 'now'>,
  tests: readonly JointTest[],
  thresholds: Thresholds,
): JointEffect[] =>
  tests.flatMap((test) => {
    const threshold = thresholds[test.name];
    return threshold === undefined || test.compares !== compares
      ? []
      : [{ test, threshold, measured: test.measure(before, now) }];
  });

/** Compares all columns together by every test that has a threshold. */
export const measureTogether = (rows: JointRows, tests: readonly JointTest[], thresholds: Thresholds): JointEffect[] =>
  rows.columns.length < 2 ? [] : measureRows('all columns', rows, tests, thresholds);

/** What the tests of one embedding found. */
export interface EmbeddingEffects {
  readonly name: string;
  readonly effects: readonly JointEffect[];
}

/** Compares each embedding by every test of embeddings that has a threshold. */
export const measureEmbeddings = (
  { embeddings = [] }: JointRows,
  tests: readonly JointTest[],
  thresholds: Thresholds,
): EmbeddingEffects[] =>
  embeddings.map(({ name, ...rows }) => ({ name, effects: measureRows('embedding', rows, tests, thresholds) }));

/** Why all columns together are not compared, where a test of them is on; undefined where they are. */
export function whyNotTogether(
  samples: JointRows | string | undefined,
  tests: readonly JointTest[],
  thresholds: Thresholds,
): string | undefined {
  if (!tests.some(({ compares, name }) => compares === 'all columns' && thresholds[name] !== undefined))
    return undefined;
  if (typeof samples !== 'object') return samples;
  return samples.columns.length < 2 ? tooFewInputs : undefined;
}

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

interface Judged extends JointEffect {
  readonly drifted: boolean;
}

/** @param significant the largest probability that is significant among those of all columns */
const judgeEffects = (effects: readonly JointEffect[], significant: number): Judged[] =>
  effects.map(({ test, threshold, measured }) => {
    const isSignificant = measured.p * effects.length <= significant;
    return { test, threshold, measured, drifted: isSignificant && measured.statistic > threshold };
  });

function verdictOf({ test: { label }, threshold, measured: { statistic }, drifted }: Judged): string {
  const limit = formatNumber(threshold);
  const value = formatNumber(statistic, { apartFrom: threshold });
  if (drifted) return `${label} ${value} is over ${limit}`;
  return statistic > threshold ? `${label} ${value} may be chance` : `${label} ${value} is within ${limit}`;
}

/** The results by the names of the tests, whether any found drift, and the findings that say so. */
function summarise(judged: readonly Judged[]) {
  const drifted = judged.some((own) => own.drifted);
  const tests = judged.map(({ test, threshold, measured: { statistic, p }, drifted: over }) => [
    test.name,
    { statistic, threshold, p, drifted: over },
  ]);
  return { drifted, tests: Object.fromEntries(tests), shown: judged.filter((own) => own.drifted === drifted) };
}

const reasonOf = (shown: readonly Judged[], most: string): string =>
  `${shown.map(verdictOf).join(', ')}${most === '' ? '' : `; most of it: ${most}`}.`;

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
  const { tests, drifted, shown } = summarise(judgeEffects(effects, significant));
  const first = shown[0]?.measured;
  const causes = drifted && first ? namedCauses(first, columns) : [];
  return {
    column: TOGETHER,
    tests,
    drifted,
    reason: reasonOf(shown, causes.slice(0, MOST_IN_WORDS).map(describeCause).join(', ')),
    rows: now.rows,
    columns: new Set(columns).size,
    causes,
    leftOut: leftOut.slice(0, MOST_LEFT_OUT).map((own) => ({ ...own })),
  };
}

/**
 * Judges what the tests of an embedding found: one finding for all its columns.
 *
 * @param significant the largest probability that is significant among those of all columns
 */
export function judgeEmbedding({ name, effects }: EmbeddingEffects, significant: number): ColumnDrift {
  const { tests, drifted, shown } = summarise(judgeEffects(effects, significant));
  const moved = drifted ? (shown[0]?.measured.moved ?? '') : '';
  return { column: name, kind: 'embedding', tests, drifted, reason: reasonOf(shown, moved) };
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
