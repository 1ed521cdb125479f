import type { LabelDecision, Severity } from '#schemas/records/drift-history';
import { SEVERITIES } from '#schemas/records/drift-history';
import type { LabelVerdict } from '#schemas/records/label-window';
import { persistenceOf } from './alarms.ts';
import { isBad } from './severity.ts';

/** A window of labels of the model that is checked. */
export type OwnLabelWindow = LabelVerdict & { readonly files: number };

/** How a window of labels is remembered: more files make it news again. */
const seenAs = ({ from, files }: OwnLabelWindow): string => `${from}#${files}`;

const rank = ({ severity }: { readonly severity: Severity }): number => SEVERITIES.indexOf(severity);

/** The greater of two severities. */
export const worseOf = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b);

/** What labels say since the check before, with what later checks remember. */
export interface JudgedLabelWindows {
  readonly decision: LabelDecision | undefined;
  readonly seen: readonly string[];
}

/**
 * What the labels say that came since the check before: the worst of their windows, with those before it. Persistence counts windows of
 * labels, because labels may come seldom between many checks.
 *
 * @param windows of labels of the model in service, the newest first
 * @param seen what earlier checks remembered
 */
export function judgeLabelWindows(
  windows: readonly OwnLabelWindow[],
  seen: readonly string[],
  persistence: { readonly k: number; readonly of: number },
): JudgedLabelWindows {
  const judged = windows.filter((own) => own.judged);
  const known = new Set(seen);
  const [worst] = judged.filter((own) => !known.has(seenAs(own))).toSorted((a, b) => rank(b) - rank(a));
  const remembered = windows.map(seenAs);
  if (!worst) return { decision: undefined, seen: remembered };
  const { severity, from, to, rows, reason, findings, estimate } = worst;
  const until = judged.slice(judged.indexOf(worst));
  return {
    decision: {
      severity,
      from,
      to,
      rows,
      reason,
      worse: findings.filter((own) => isBad(own.severity)).map(({ check }) => check),
      persistence: persistenceOf(
        until.map((own) => own.severity),
        persistence,
      ),
      ...(estimate === undefined ? {} : { estimate }),
    },
    seen: remembered,
  };
}

/** What an alarm by labels is about. */
export const labelSubject = ({ worse }: LabelDecision): string[] => worse.map((check) => `labels:${check}`);
