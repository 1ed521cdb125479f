import type { DatasetSettings } from '#domain/data/settings';
import { describeFinding } from '#domain/detectors/judge';
import { formatCount, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { FittedTransform, LeakageFinding } from '#schemas/records/fitted-transform';
import type { PersonalData } from '#schemas/records/personal-data';
import type { ColumnProfile, Profile } from '#schemas/records/profile';
import type { Duplicates } from '#schemas/records/sides';

/** What is known of a run's data once its model inputs are fitted. */
export interface MeasuredData {
  readonly dataset: Pick<DatasetSettings, 'columns' | 'id'>;
  /** How classes of unequal size are treated, as the pipeline says it. */
  readonly imbalance: unknown;
  readonly profile: Pick<Profile, 'rows' | 'malformed' | 'columns' | 'sides'>;
  readonly fitted: Pick<FittedTransform, 'dropped' | 'label' | 'features'>;
  readonly leakage: readonly LeakageFinding[];
  readonly personalData: Pick<PersonalData, 'findings' | 'anonymity'>;
  readonly duplicates: Duplicates;
}

/** From these shares on something is worth a sentence. */
const worth = { missing: 0.5, malformed: 0.001, duplicates: 0.01, others: 0.2, class: 0.05, identified: 0.05 } as const;
/** One-hot has so many inputs for a column without a setting. */
const onehotInputs = 50;

const trainingRows = ({ profile }: MeasuredData): number => Math.max(1, profile.sides.train.rows);

function leaks({ leakage }: MeasuredData): string[] {
  return leakage.map(
    ({ column, reason }) =>
      `${column} may be known only after the outcome: ${reason}. Give it the role ignore, or list it under leakage.allow where it is known when a prediction is made.`,
  );
}

function personal({ personalData: { findings, anonymity } }: MeasuredData): string[] {
  const undeclared = findings
    .filter(({ outcome }) => outcome !== 'allowed')
    .map(
      (finding) =>
        `${finding.column} ${describeFinding(finding)}. Give it the role pii, quasi or text, or list it under personalData.allow where it is none.`,
    );
  const identified =
    anonymity !== null && anonymity.rowsBelow5 > worth.identified
      ? [
          `${formatPercent(anonymity.rowsBelow5)} of the rows share ${anonymity.columns.join(', ')} with fewer than four others. Make these columns coarser: wider bins, fewer characters, years instead of days.`,
        ]
      : [];
  return [...undeclared, ...identified];
}

const hasIndicator = ({ fitted: { features } }: MeasuredData, column: string): boolean =>
  features.some(({ source, kind }) => source === column && kind === 'missing');

/** What a column's own values ask for; undefined where nothing. */
function ofColumn(data: MeasuredData, name: string, profile: ColumnProfile): string | undefined {
  const rows = trainingRows(data);
  const dropped = data.fitted.dropped.find(({ column }) => column === name);
  if (dropped)
    return `${name} is no model input: ${dropped.reason}. Give it the role ignore until it varies, or see why it does not.`;
  const missing = profile.trainMissing / rows;
  if (missing >= worth.missing && !hasIndicator(data, name))
    return `${name} is missing in ${formatPercent(missing)} of the training rows. See why; indicator: true tells the model where it is.`;
  if (profile.kind !== 'category') return undefined;
  const known = profile.counts.reduce((sum, [, n]) => sum + n, profile.rest);
  const beyond = profile.counts
    .toSorted(([, a], [, b]) => b - a)
    .slice(onehotInputs)
    .reduce((sum, [, n]) => sum + n, profile.rest);
  const isOnehot = data.fitted.features.some(({ source, kind }) => source === name && kind === 'equals');
  return isOnehot && beyond / Math.max(1, known) > worth.others
    ? `${name} has so many categories that ${formatPercent(beyond / known)} of its rows are in none of the ${onehotInputs} most frequent. encode: target or hash tells more of them apart.`
    : undefined;
}

function columns(data: MeasuredData): string[] {
  return Object.keys(data.dataset.columns).flatMap((name) => {
    const profile = data.profile.columns[name];
    const text = profile && ofColumn(data, name, profile);
    return text === undefined ? [] : [text];
  });
}

function rows({ dataset, profile, duplicates, fitted, imbalance }: MeasuredData): string[] {
  const { rows: all, malformed } = profile;
  const { classes } = profile.sides.train;
  const total = classes.reduce((sum, n) => sum + n, 0);
  const rarest = classes.length === 0 ? -1 : classes.indexOf(Math.min(...classes));
  const share = (classes[rarest] ?? 0) / Math.max(1, total);
  const near = duplicates.nearRows / Math.max(1, all - malformed.rows);
  return [
    ...(malformed.rows / Math.max(1, all) > worth.malformed
      ? [
          `${counted(malformed.rows, 'row')} (${formatPercent(malformed.rows / all)}) could not be read: the table of malformed rows says why.`,
        ]
      : []),
    ...(near > worth.duplicates && dataset.id === undefined
      ? [
          `${formatCount(duplicates.nearRows)} rows (${formatPercent(near)}) have nearly the same model inputs as another row. Where they are of one subject, name it: dataset.id, or split.groupBy.`,
        ]
      : []),
    ...(rarest >= 0 && share < worth.class && imbalance === 'none'
      ? [
          `${fitted.label.classes[rarest] ?? 'The rarest class'} is the label of ${formatPercent(share)} of the training rows. Set imbalance where the model finds too few of them.`,
        ]
      : []),
  ];
}

/**
 * What the data of a run suggest to do, a sentence each, what matters most first: columns that give the label away, what looks personal,
 * columns that say nothing or lack values, and rows. Names are those of the pipeline's file; examples are masked.
 */
export const suggestActions = (data: MeasuredData): string[] =>
  [leaks, personal, columns, rows].flatMap((of) => of(data));
