import { DRIFT_TESTS, thresholdsOf } from '#domain/drift/registry';
import type { DriftSettings } from '#domain/drift/settings';
import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import type { DriftCheck } from '#schemas/records/drift-check';
import type {
  CarriedDrift,
  ColumnHistory,
  DriftDecision,
  DriftHistory,
  LabelDecision,
  Severity,
  SlowDrift,
} from '#schemas/records/drift-history';
import { isUnsure, lossOf } from '../performance/decision.ts';
import { performanceSettingsSchema } from '../performance/settings.ts';
import { persistenceOf, repeats } from './alarms.ts';
import { columnHistory, meanEffect, rowsThatMoved } from './columns.ts';
import { judgeLabelWindows, labelSubject, type OwnLabelWindow, worseOf } from './labels.ts';
import { type DecisionSettings, decisionSettings } from './settings.ts';
import { atLeast, isBad, severityOf } from './severity.ts';
import { followSlowDrift } from './slow-drift.ts';

/** What a decision is made of. */
export interface DecisionInput {
  /** What the check measured. */
  readonly check: DriftCheck;
  readonly drift: DriftSettings;
  /** The columns with the role slice. */
  readonly slices: readonly string[];
  /** Earlier checks of the pipeline, the newest first. */
  readonly history: readonly DriftHistory[];
  /** What labels say of the model by window, the newest first. */
  readonly labels?: readonly OwnLabelWindow[];
  /** When the model went into service, ISO 8601. */
  readonly promotedAt: string;
}

/** What was decided, with what the history keeps for later decisions. */
export interface Decided {
  readonly decision: DriftDecision;
  readonly alarm: boolean;
  readonly decidedBy: DriftHistory['decidedBy'];
  readonly columns: readonly ColumnHistory[];
  readonly score: ColumnHistory | undefined;
  readonly together: ColumnHistory | undefined;
  /** `retrains` are those of earlier checks. */
  readonly carried: CarriedDrift;
}

/** The value that the test for slow drift follows; undefined where the window has none. */
function followedValue({ performance, columns, tooSmall }: DriftCheck, drift: DriftSettings, decides: boolean) {
  if (tooSmall) return undefined;
  const loss = lossOf(performance);
  if (decides && loss) return { series: `performance:${loss.metric}`, value: loss.share };
  if (decides && performance.status === 'outside') return undefined;
  const effect = meanEffect(columns, thresholdsOf(drift)[DRIFT_TESTS[0].name] as number);
  return effect === undefined ? undefined : { series: 'columns', value: effect };
}

/** What an alarm is about: a later alarm about the same is a repetition. */
function subjectOf({
  check,
  decidedBy,
  labels,
}: {
  readonly check: DriftCheck;
  readonly decidedBy: Decided['decidedBy'];
  readonly labels: LabelDecision | undefined;
}): string[] {
  const { performance, driftedColumns, score, together } = check;
  switch (decidedBy) {
    case 'slow-drift':
      return ['slow-drift'];
    case 'labels':
      return labels ? labelSubject(labels) : [];
    case 'performance':
      return [performance.status === 'estimated' ? `performance:${performance.judged.metric}` : 'outside'];
    case 'columns':
      return [
        ...driftedColumns,
        ...(score?.drifted ? ['(scores)'] : []),
        ...(together?.drifted ? [together.column] : []),
      ];
    default:
      return unreachable(decidedBy, 'ground of an alarm');
  }
}

function reasonOf(
  check: DriftCheck,
  severity: Severity,
  slow: SlowDrift | undefined,
  labels: LabelDecision | undefined,
  maxDrop: number,
): string {
  const { tooSmall, performance, driftedColumns, coverage, columns } = check;
  if (labels) return `labels of ${labels.from} to ${labels.to} (the end exclusive): ${labels.reason}`;
  if (tooSmall) return 'too few rows to judge: see drift.minRows';
  if (slow?.found) {
    const what =
      slow.series === 'columns'
        ? 'the columns have been moving away'
        : `the estimate of ${slow.series.replace('performance:', '')} has been getting worse`;
    return `${what} slowly since ${slow.since}: the sum of ${counted(slow.windows, 'window')} is ${formatNumber(slow.sum)}, and the limit is ${formatNumber(slow.limit)}`;
  }
  if (performance.status !== 'none' && check.decidedBy === 'performance') {
    const harmless = severity === 'note' && check.drifted;
    return harmless
      ? `${performance.reason}; columns drifted, and that gives no reason for an alarm`
      : performance.reason;
  }
  const unsure = isUnsure(check.drifted, performance, maxDrop)
    ? `, and the estimate does not rule out a loss of more than ${formatNumber(100 * maxDrop)} %: ${performance.reason}`
    : '';
  return check.drifted
    ? `${driftedColumns.length} of ${counted(coverage?.watched ?? columns.length, 'column')} drifted${check.score?.drifted ? ', and the scores' : ''}${check.together?.drifted ? `, and ${check.together.column}` : ''}${unsure}`
    : 'no drift';
}

/** What later checks need of the earlier ones, before this one is added. */
function carry(history: readonly DriftHistory[], isOwn: (item: DriftHistory) => boolean): CarriedDrift {
  const [last] = history;
  if (!last) return { retrains: [] };
  if (isOwn(last)) return last.carried;
  const former = history.find((item) => !item.tooSmall && !isOwn(item));
  return {
    retrains: last.carried.retrains,
    ...(former
      ? {
          former: {
            runId: former.runId,
            severity: former.decision.severity,
            estimated: former.performance.status === 'estimated',
          },
        }
      : {}),
  };
}

/** Why a window with a warning does not alarm; undefined where it does. */
function quietReason(
  { persistence, slow }: Pick<DriftDecision, 'persistence' | 'slow'>,
  repeated: CarriedDrift['lastAlarm'],
  { persistence: { k, of }, cooldown }: DecisionSettings,
): string | undefined {
  if (slow?.found !== true && persistence.bad < k) {
    return `${persistence.bad} of the last ${counted(of, 'window')} ${persistence.bad === 1 ? 'has' : 'have'} a warning, and drift.decision.persistence wants ${k}`;
  }
  return repeated ? `it was reported at ${repeated.at}, and drift.decision.cooldown is ${cooldown}` : undefined;
}

/**
 * Whether labels decide: where they alarm and requests do not, where both do and labels are worse, and where neither does and labels are.
 *
 * @param requests what requests show alone, and whether they have done so for long enough
 */
function labelsDecide(
  labels: LabelDecision | undefined,
  requests: { readonly severity: Severity; readonly alarms: boolean },
  { persistence: { k } }: DecisionSettings,
): boolean {
  if (!labels || !isBad(labels.severity)) return false;
  const isWorse = !atLeast(requests.severity, labels.severity);
  const requestsAlarm = isBad(requests.severity) && requests.alarms;
  return labels.persistence.bad >= k ? !requestsAlarm || isWorse : !requestsAlarm && isWorse;
}

/**
 * Decides about a check, with the checks before it: how severe it is, whether it alarms, and since when it has been so. Windows of another
 * model and windows with too few rows say nothing about this model.
 */
export function decide(input: DecisionInput): Decided {
  const { check, drift, slices, history, promotedAt } = input;
  const settings = decisionSettings(drift.decision);
  const { decides, maxDrop } = performanceSettingsSchema.parse(drift.performance ?? {});
  const { from, to } = check.window;
  const isOwn = ({ runId, checkedAt }: DriftHistory): boolean =>
    runId === check.runId && Date.parse(checkedAt) >= Date.parse(promotedAt);
  const carried = carry(history, isOwn);
  const own = history.filter((item) => isOwn(item) && !item.tooSmall);
  const [before] = own;

  const value = settings.slowDrift === undefined ? undefined : followedValue(check, drift, decides);
  const news = judgeLabelWindows(input.labels ?? [], carried.labels ?? [], settings.persistence);
  const labels = news.decision;
  const slowBefore = before?.decision.slow;
  const slow =
    settings.slowDrift !== undefined && value
      ? followSlowDrift(slowBefore, { ...value, from, to }, settings.slowDrift)
      : slowBefore && { ...slowBefore, found: false };

  const alone = severityOf(check, { decides, maxDrop });
  const seen = slow?.found && !isBad(alone) ? 'warning' : alone;
  const bySlow = seen !== alone;
  const ofRequests = persistenceOf(
    [seen, ...own.map(({ decision }) => decision.withoutLabels ?? decision.severity)],
    settings.persistence,
  );
  const byLabels = labelsDecide(
    labels,
    { severity: seen, alarms: bySlow || ofRequests.bad >= settings.persistence.k },
    settings,
  );
  const severity = labels ? worseOf(labels.severity, seen) : seen;
  const decidedBy = byLabels ? 'labels' : bySlow ? 'slow-drift' : check.decidedBy;
  const persistence = byLabels && labels ? labels.persistence : ofRequests;
  // what labels find is news even where requests have been reported before
  const beside = !byLabels && labels && isBad(labels.severity) ? labelSubject(labels) : [];
  const subject = [...subjectOf({ check, decidedBy, labels }), ...beside];
  const repeated = repeats(carried.lastAlarm, { at: check.window.to, severity, subject }, settings.cooldown);
  const quiet = isBad(severity)
    ? quietReason({ persistence, ...(slow && !byLabels ? { slow } : {}) }, repeated, settings)
    : undefined;
  const alarm = isBad(severity) && quiet === undefined;
  const isSlow = decidedBy === 'slow-drift';
  const start = before !== undefined && isBad(before.decision.severity) ? before.decision.since : from;
  const since = isSlow ? slow?.since : start;
  const loss = lossOf(check.performance);
  const known = new Map(before?.columns.map((column) => [column.column, column]));
  const columns = check.columns.map((column) => columnHistory(column, from, known.get(column.column)));
  const together = check.together && columnHistory(check.together, from, before?.together);

  return {
    alarm,
    decidedBy,
    decision: {
      severity,
      reason: reasonOf(check, severity, slow, byLabels ? labels : undefined, maxDrop),
      ...(quiet === undefined ? {} : { quiet }),
      persistence,
      ...(since === undefined || !isBad(severity) ? {} : { since }),
      drifting: [...columns, ...(together ? [together] : [])].flatMap(({ column, since: began }) =>
        began === undefined ? [] : [{ column, since: began }],
      ),
      ...(loss ? { loss } : {}),
      ...(labels ? { labels, withoutLabels: seen } : {}),
      rows: rowsThatMoved(slices, check.columns, check.coverage),
      ...(slow ? { slow } : {}),
    },
    columns,
    score: check.score && columnHistory(check.score, from, before?.score),
    together,
    carried: {
      ...carried,
      ...(carried.firstFrom === undefined && !check.tooSmall ? { firstFrom: from } : {}),
      ...(news.seen.length > 0 ? { labels: [...news.seen] } : {}),
      ...(alarm ? { lastAlarm: { at: check.window.to, severity, subject } } : {}),
    },
  };
}
