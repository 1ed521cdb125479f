import type { Scalar } from '#domain/data/label-settings';
import { columnWords } from '#domain/detectors/column-words';
import { formatCount, formatPercent } from '#domain/text/format-number';
import type { Task } from '#schemas/records/task';
import type { ColumnFacts } from './column-facts.ts';
import type { ColumnKind } from './column-kind.ts';

/** A column with how it is read. */
export interface ReadColumn {
  readonly facts: ColumnFacts;
  readonly kind: ColumnKind;
}

/** What a column would be as the label. */
export interface LabelProposal {
  readonly column: string;
  readonly task: Task;
  /** The settings of `dataset.label` besides the column. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The classes that are kept, in the order of their numbers; none for regression. */
  readonly classes: readonly { readonly values: readonly Scalar[]; readonly rows: number }[];
  /** Rows with no label, or one in no class that is left out as malformed. */
  readonly unlabelled: number;
  readonly because: string;
  readonly doubt?: string;
}

/** Names that people give to what they predict, the surest first. */
const labelNames = [
  /^(label|target|class|outcome|y|response)$/,
  /\b(churn(ed)?|default(ed)?|survived|fraud|is fraud|is default|bad|converted|clicked|cancell?ed|attrition|exited|subscribed|approved|readmitted)\b/,
  /\b(income|price|quality|species|diagnosis|cnt|demand|sales|rating|score|value)\b/,
] as const;

/** Words of the class that a model is for. */
const positiveWords =
  /^(1|true\.?|yes|y|t|ja|oui|s[ií]|sim|positive|pos|bad|churn(ed)?|default(ed)?|fraud(ulent)?|cancell?ed|expired|left|exited|malignant|m|spam|success|won|converted|survived|>50k\.?)$/i;

/** More different whole numbers than this are amounts, not classes. */
const mostClasses = 15;
/** A class with fewer rows cannot be divided. */
const leastOfClass = 20;

/** A guess of which column is the label. */
export interface LabelGuess {
  readonly name: string;
  readonly because: string;
  readonly sure: boolean;
}

/** Guesses by the names of the columns, the surest names first; among equals, the last column. @returns undefined without columns */
export function guessLabel(names: readonly string[]): LabelGuess | undefined {
  for (const pattern of labelNames) {
    const name = names.findLast((own) => pattern.test(columnWords(own)));
    if (name !== undefined) return { name, because: 'its name says so', sure: true };
  }
  const last = names.at(-1);
  return last === undefined ? undefined : { name: last, because: 'it is the last column', sure: false };
}

/** A label as YAML has it: a number where all of them are, else the text. */
const scalarsOf = (values: readonly string[], kind: ColumnKind['kind']): ((value: string) => Scalar) =>
  kind === 'number' && values.every((value) => Number.isFinite(Number(value))) ? Number : (value) => value;

const unusable = (column: string, why: string, instead: string) =>
  new RangeError(`Column "${column}" cannot be the label: ${why} ${instead}`);

/**
 * What kind of label a column is: two values are a binary task, a few a multiclass one, amounts a regression.
 *
 * @throws RangeError when the column cannot be a label
 */
export function proposeLabel({ facts, kind }: ReadColumn, name = facts.name): LabelProposal {
  const { top, words, present, rows, distinct, others } = facts;
  const instead = 'Name another column with --label.';
  const missingWords = new Set(kind.nullWords);
  const values = top.filter(({ value }) => !missingWords.has(value));
  const missing =
    rows - present + words.reduce((sum, { value, count }) => (missingWords.has(value) ? sum + count : sum), 0);
  const known = distinct - words.filter(({ value }) => missingWords.has(value)).length;
  if (known < 2) throw unusable(name, 'all rows have the same value or none.', instead);
  const isAmount = kind.kind === 'number' && (!kind.whole || known > mostClasses);
  const because = (what: string) =>
    `${what}${missing === 0 ? '' : `; ${formatPercent(missing / rows)} of the rows have no label and are malformed`}`;
  if (isAmount) {
    return {
      column: name,
      task: 'regression',
      settings: {},
      classes: [],
      unlabelled: missing + kind.unread,
      because: because(`${formatCount(known)} different numbers: a regression`),
    };
  }
  if (kind.kind === 'datetime') throw unusable(name, 'it holds dates.', instead);
  if (known > top.length)
    throw unusable(name, `it has ${formatCount(known)} different texts, too many for classes.`, instead);
  const scalarOf = scalarsOf(
    values.map(({ value }) => value),
    kind.kind,
  );
  if (known === 2) {
    const [a, b] = values as [(typeof values)[number], (typeof values)[number]];
    const named = [a, b].filter(({ value }) => positiveWords.test(value));
    // German credit: 1 is good, 2 is bad
    const isOneTwo = [a.value, b.value].every((value) => value === '1' || value === '2');
    const byName = named.length === 1 && !isOneTwo ? named[0] : undefined;
    const rarer = a.count < b.count ? a : b;
    const positive = byName ?? rarer;
    const negative = positive === a ? b : a;
    const share = formatPercent(positive.count / others);
    return {
      column: name,
      task: 'binary',
      settings: { positive: scalarOf(positive.value), negative: scalarOf(negative.value) },
      classes: [negative, positive].map(({ value, count }) => ({ values: [scalarOf(value)], rows: count })),
      unlabelled: missing,
      because: because(
        `two values; ${byName ? 'the positive one is named as such' : 'the positive one is the rarer'}, ${share} of the rows`,
      ),
      ...(byName ? {} : { doubt: 'is the rarer value the one to find? If not, exchange positive and negative' }),
    };
  }
  const classes = values
    .map(({ value, count }) => ({ value: scalarOf(value), count }))
    .toSorted((x, y) =>
      typeof x.value === 'number' && typeof y.value === 'number'
        ? x.value - y.value
        : String(x.value) < String(y.value)
          ? -1
          : 1,
    );
  const rare = classes.filter(({ count }) => count < leastOfClass);
  const kept = classes.filter(({ count }) => count >= leastOfClass);
  if (kept.length < 3)
    throw unusable(name, `of its ${formatCount(known)} values, fewer than three have ${leastOfClass} rows.`, instead);
  return {
    column: name,
    task: 'multiclass',
    settings:
      rare.length === 0
        ? { classes: classes.map(({ value }) => value) }
        : { map: Object.fromEntries(kept.map(({ value }) => [String(value), value])), others: 'leaveOut' },
    classes: kept.map(({ value, count }) => ({ values: [value], rows: count })),
    unlabelled: missing,
    because: because(
      `${formatCount(known)} classes${rare.length === 0 ? '' : `, of which ${rare.length} ${rare.length === 1 ? 'is' : 'are'} too rare to be divided and left out`}`,
    ),
    ...(kind.kind === 'number'
      ? { doubt: 'are the numbers amounts? Then evaluation.task: regression without classes is better' }
      : {}),
  };
}
