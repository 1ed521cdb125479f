import { formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { DriftDecision, EstimatedLoss, LabelDecision } from '#schemas/records/drift-history';

/** Columns that are named at most. */
const mostNamed = 5;

/** A time to the minute: `2026-01-31 10:15 UTC`. */
const minute = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;

/** A share that may be below zero, with a true minus sign. */
const signedPercent = (share: number): string => (share < 0 ? `−${formatPercent(-share)}` : formatPercent(share));

/** An estimated loss in words. */
export function describeLoss({ metric, lost, share, least, most }: EstimatedLoss): string {
  const percent = `${signedPercent(share)}, 95 % interval ${signedPercent(least)} to ${signedPercent(most)}`;
  return `${formatNumber(lost)} of ${metric} (${percent} of its value on the holdout)`;
}

/** The columns that drift, those for the longest time first. */
function describeColumns(drifting: DriftDecision['drifting']): string {
  const sorted = drifting.toSorted((a, b) => a.since.localeCompare(b.since));
  const named = sorted.slice(0, mostNamed).map(({ column, since }) => `${column} since ${minute(since)}`);
  const more = sorted.length - mostNamed;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What labels say in words. */
const describeLabels = ({ severity, reason, from, to, rows, worse }: LabelDecision): string =>
  `${severity}${worse.length > 0 ? ` by ${worse.join(', ')}` : ''}: ${reason} (${counted(rows, 'row')} from ${from}, before ${to})`;

/** What a decision rests on, as names and texts: one line each. */
export function explainDecision(decision: DriftDecision): [name: string, text: string][] {
  const { severity, quiet, since, drifting, loss, rows, persistence, slow, labels } = decision;
  const { bad, windows, needed } = persistence;
  const found: readonly (readonly [string, string | undefined])[] = [
    ['severity', `${severity}${quiet === undefined ? '' : `; no alarm: ${quiet}`}`],
    ['since', since && minute(since)],
    ['windows', windows > 1 ? `${bad} of the last ${windows} with a warning, ${needed} for an alarm` : undefined],
    ['estimated loss', loss && describeLoss(loss)],
    ['labels', labels && describeLabels(labels)],
    ['estimate beside truth', labels?.estimate],
    [
      'slow drift',
      slow && `${formatNumber(slow.sum)} after ${slow.windows} windows, ${formatNumber(slow.limit)} for an alarm`,
    ],
    ['columns', drifting.length > 0 ? describeColumns(drifting) : undefined],
    ['rows', drifting.length > 0 ? rows : undefined],
  ];
  return found.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]));
}
