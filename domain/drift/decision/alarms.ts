import { durationMs } from '#domain/constraints/times';
import type { CarriedDrift, DriftDecision, Severity } from '#schemas/records/drift-history';
import { atLeast, isBad } from './severity.ts';

/**
 * How many of the last windows have a warning: `k` of `of` of them make an alarm.
 *
 * @param severities of judged windows of the model in service, the newest first
 */
export function persistenceOf(
  severities: readonly Severity[],
  { k, of }: { readonly k: number; readonly of: number },
): DriftDecision['persistence'] {
  const last = severities.slice(0, of);
  return { bad: last.filter(isBad).length, windows: last.length, needed: k };
}

/**
 * The alarm that this one would repeat: one about the same model and the same things, of the same severity or a greater one, less than
 * `cooldown` ago. Undefined where the alarm is news.
 *
 * @param subject what the alarm is about: `performance:<metric>`, `outside`, `slow-drift`, or names of columns
 */
export function repeats(
  lastAlarm: CarriedDrift['lastAlarm'],
  { at, severity, subject }: { readonly at: string; readonly severity: Severity; readonly subject: readonly string[] },
  cooldown: string,
): NonNullable<CarriedDrift['lastAlarm']> | undefined {
  if (!lastAlarm || Date.parse(at) - Date.parse(lastAlarm.at) >= durationMs(cooldown)) return undefined;
  const isSame = subject.every((one) => lastAlarm.subject.includes(one));
  return isSame && atLeast(lastAlarm.severity, severity) ? lastAlarm : undefined;
}

/** The retrains that count against the budget at a time: those within the period before it. */
export const spent = (retrains: readonly string[], at: string, per: string): readonly string[] =>
  retrains.filter((start) => Date.parse(at) - Date.parse(start) < durationMs(per));
