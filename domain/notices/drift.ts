import { coverageText } from '#domain/drift/coverage';
import { explainDecision } from '#domain/drift/decision/explain';
import type { DriftTest } from '#domain/drift/drift-test';
import { JOINT_TESTS } from '#domain/drift/joint/registry';
import { byDrift, DRIFT_TESTS, strongestOf } from '#domain/drift/registry';
import { captureRemarks, describeReference, describeSilence } from '#domain/drift/windows/describe';
import { composeMessage, type Message } from '#domain/slack/message';
import type { Rich } from '#domain/slack/rich-text';
import { formatProbability } from '#domain/text/format-number';
import { counted, decimal } from '#domain/text/numbers';
import { upperFirst } from '#domain/text/upper-first';
import type { ColumnDrift, Coverage, JointDrift } from '#schemas/records/baseline';
import { type DriftCheck, type DriftReference, driftCheckSchema } from '#schemas/records/drift-check';
import type { DriftDecision } from '#schemas/records/drift-history';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';
import { checkFailedMessage } from './check-failed.ts';
import { defineNotice } from './notice.ts';
import type { Severity } from './severity.ts';

/** The fields of a column in the message. */
type ShownDrift = Pick<ColumnDrift, 'column' | 'tests' | 'drifted'>;

/** A window was compared with the training baseline, or with earlier windows. */
export interface Drift {
  readonly pipeline: string;
  /** Where the checks are: the command that shows them as a page names it. */
  readonly stage?: string;
  /** ISO 8601 times; the end is exclusive. */
  readonly window: { readonly from: string; readonly to: string; readonly rows: number };
  readonly columns: readonly ShownDrift[];
  /** Drift of the model's scores. */
  readonly scoreDrift?: Omit<ShownDrift, 'column'>;
  /** Drift of all columns together. */
  readonly together?: Pick<JointDrift, 'column' | 'tests' | 'drifted' | 'reason'> | undefined;
  /** What is estimated of the performance without labels. */
  readonly performance?: Pick<PerformanceEstimate, 'status' | 'alarm' | 'reason'>;
  /** What was watched; absent in checks of earlier versions. */
  readonly coverage?: Coverage | undefined;
  /** What the window was compared with; absent in checks of earlier versions. */
  readonly reference?: DriftReference | undefined;
  /** What else there is to say of the captures. */
  readonly remarks?: readonly string[];
  /** What was decided with the checks before. */
  readonly decision?: DriftDecision | undefined;
  /** Whether labels decided. */
  readonly byLabels?: boolean;
  /** What is done about it, in one sentence. */
  readonly next: string;
}

/** Estimated performance is the news where it alarms, else the columns that drifted. */
function headline(
  drifted: boolean,
  { performance, decision, byLabels }: Pick<Drift, 'performance' | 'decision' | 'byLabels'>,
): string {
  if (byLabels) return 'labels show that the model has changed';
  if (decision?.slow?.found) return 'it is drifting slowly';
  if (performance?.alarm !== true) return drifted ? 'the data has drifted' : 'no drift';
  return performance.status === 'outside'
    ? 'the data has drifted out of what the model knows'
    : 'the model is estimated to have got worse';
}

/** How to see the bins, the causes and the checks before. */
const pageLine = (pipeline: string, stage: string): Rich => [
  'Bins, causes and earlier checks as a page: ',
  { code: `npx tidegate report ${pipeline} --drift --stage ${stage}` },
];

/** The columns with the most drift come first. */
export function driftMessage(drift: Drift, tests: readonly DriftTest[] = DRIFT_TESTS): Message {
  const row = (shown: ShownDrift): string[] => {
    const found = strongestOf(shown, [...tests, ...JOINT_TESTS]);
    return [
      shown.column,
      found?.label ?? '–',
      found === undefined ? '–' : decimal(found.statistic),
      found?.p === undefined ? '–' : formatProbability(found.p),
      shown.drifted ? 'drifted' : 'steady',
    ];
  };
  const drifted = drift.columns.filter((column) => column.drifted);
  const { scoreDrift: score, together } = drift;
  const any = drifted.length > 0 || score?.drifted === true || together?.drifted === true;
  const columns = drift.columns.toSorted(byDrift(tests));
  const scores = score?.drifted ? ' The scores drifted too.' : '';
  const all = together?.drifted ? ` All columns together drifted: ${together.reason}` : '';
  const { performance, decision } = drift;
  const why = decision?.slow?.found || drift.byLabels ? decision?.reason : performance?.reason;
  return composeMessage({
    heading: `🧭 ${drift.pipeline}: ${headline(any, drift)}`,
    summary: `${why === undefined ? '' : `${upperFirst(why)}. `}${drifted.length} of ${counted(drift.columns.length, 'column')} drifted over ${counted(drift.window.rows, 'row')}.${scores}${all} ${drift.next}`,
    ...(decision ? { facts: explainDecision(decision).map(([name, text]) => [upperFirst(name), text] as const) } : {}),
    parts: [
      {
        title: `Against ${describeReference(drift.reference ?? { kind: 'training', rows: 0 })}`,
        table: {
          columns: ['column', 'strongest test', 'effect', 'by chance', ''],
          rows: [
            ...(score ? [row({ ...score, column: '(scores)' })] : []),
            ...(together ? [row({ ...together, column: `(${together.column})` })] : []),
            ...columns.map(row),
          ],
        },
      },
    ],
    footer: [
      `Window ${drift.window.from} to ${drift.window.to}`,
      ...(drift.coverage ? [coverageText(drift.coverage)] : []),
      ...(drift.remarks ?? []),
      ...(drift.stage === undefined ? [] : [pageLine(drift.pipeline, drift.stage)]),
    ],
  });
}

const silenceOf = (check: DriftCheck): string | undefined =>
  describeSilence(check.fellSilent ? 'stopped' : check.arrivals, check.window);

/** A silent endpoint is a warning, an alarm at least one. */
function severityOf(check: DriftCheck): Severity {
  if (check.alarm && check.decision?.severity === 'critical') return 'critical';
  return check.alarm || silenceOf(check) !== undefined ? 'warning' : 'info';
}

export const drift = defineNotice({
  name: 'drift',
  summary: 'A window was compared with the training baseline or earlier windows, or an endpoint is silent.',
  severity: {
    among: ['info', 'warning', 'critical'],
    of: ({ check }) => severityOf(check),
  },
  event: { check: driftCheckSchema },
  example: {
    check: {
      pipeline: 'loan-default',
      runId: '20260131-101500-4f2a',
      source: 'captures',
      window: { from: '2026-02-01T00:00:00Z', to: '2026-02-08T00:00:00Z', rows: 5200 },
      tooSmall: false,
      drifted: true,
      fellSilent: false,
      performance: {
        status: 'estimated',
        rows: 4000,
        outside: 0.012,
        expectedOutside: 0.01,
        overlap: 0.81,
        causes: [{ column: 'income', share: 0.008 }],
        judged: { metric: 'auc', reference: 0.78, value: 0.71, low: 0.69, high: 0.73 },
        metrics: [{ metric: 'auc', reference: 0.78, value: 0.71, low: 0.69, high: 0.73 }],
        alarm: true,
        reason: 'the estimate of auc is 0.71 (0.69 to 0.73), and it was 0.78 on the holdout',
      },
      alarm: true,
      decidedBy: 'performance',
      notify: true,
      action: 'retrain',
      decision: {
        severity: 'critical',
        reason: 'the estimate of auc is 0.71 (0.69 to 0.73), and it was 0.78 on the holdout',
        persistence: { bad: 2, windows: 3, needed: 2 },
        since: '2026-01-25T00:00:00Z',
        drifting: [{ column: 'income', since: '2026-01-18T00:00:00Z' }],
        loss: { metric: 'auc', lost: 0.07, share: 0.09, least: 0.064, most: 0.115 },
        rows: 'no slice moved (home)',
      },
      step: {
        action: 'retrain',
        start: 'retrain',
        reason: 'a retrain on drop loan-default/2026-02-07/ has been started',
        drop: 'loan-default/2026-02-07/',
      },
      driftedColumns: ['income'],
      columns: [
        {
          column: 'income',
          kind: 'number',
          tests: { psi: { statistic: 0.31, threshold: 0.2, p: 0.00002, drifted: true } },
          drifted: true,
          reason: '',
        },
      ],
      reportKey: 'loan-default/drift/2026-02-08.json',
    },
  },
  address({ check }) {
    const { pipeline, window, alarm } = check;
    const silence = silenceOf(check);
    const trouble = { name: silence === undefined ? 'drift' : 'no-captures', isOver: silence === undefined && !alarm };
    return { key: `${pipeline}#${window.to}`, pipeline, trouble };
  },
  message({ check }, _, stage) {
    const { pipeline, window, columns, score, performance, alarm, coverage, reference, decision, step } = check;
    const { together } = check;
    const silence = silenceOf(check);
    if (silence !== undefined) return checkFailedMessage({ pipeline, error: 'NoCaptures', message: silence });
    return driftMessage({
      pipeline,
      stage,
      window,
      columns,
      ...(score ? { scoreDrift: score } : {}),
      together,
      performance,
      coverage,
      reference,
      remarks: captureRemarks(check),
      decision,
      byLabels: alarm && check.decidedBy === 'labels',
      next: alarm
        ? `${upperFirst(step?.reason ?? 'check the data before you trust its scores')}.`
        : 'No action is needed.',
    });
  },
});
