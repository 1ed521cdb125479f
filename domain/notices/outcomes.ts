import * as z from 'zod';
import { explainFailure } from '#domain/runs/failure';
import { composeMessage, type Message } from '#domain/slack/message';
import { counted } from '#domain/text/numbers';
import { caughtErrorSchema } from '#schemas/records/caught-error';
import type { LabelVerdict } from '#schemas/records/label-window';
import { type OutcomesFile, outcomesFileSchema } from '#schemas/records/outcome';
import { defineNotice } from './notice.ts';
import type { Severity } from './severity.ts';

const problemsPart = (problems: OutcomesFile['problems']) => ({
  title: 'Malformed rows',
  table: {
    columns: ['column', 'reason', 'rows'],
    rows: problems.map(({ column, reason, count }) => [column ?? '(the row)', reason, count.toLocaleString('en-US')]),
  },
});

/** Windows that are told, the newest. */
const mostWindows = 6;

/** What labels say of each model by window: the worst finding first, and the estimate beside the truth. */
const windowsPart = (windows: readonly LabelVerdict[]) => ({
  title: 'What labels say',
  table: {
    columns: ['predictions', 'version', 'labels', '', 'finding'],
    rows: windows
      .slice(-mostWindows)
      .flatMap(({ from, to, modelPackageVersion, rows, severity, judged, reason, findings, estimate }) => {
        const row = (mark: string, text: string): string[] => [
          `${from} – ${to}`,
          String(modelPackageVersion),
          rows.toLocaleString('en-US'),
          mark,
          text,
        ];
        const told = findings.filter((own) => own.severity !== 'none');
        return [
          ...(told.length > 0
            ? told.map((own) => row(own.severity, own.reason))
            : [row(judged ? severity : 'not judged', reason)]),
          ...(estimate === undefined ? [] : [row('estimate', estimate)]),
        ];
      }),
  },
});

/** A file with outcomes was joined with the predictions. */
export function outcomesMessage(file: OutcomesFile): Message {
  const {
    pipeline,
    rows,
    accepted,
    malformed,
    joined,
    repeated,
    unknown,
    rowNeeded,
    problems,
    days,
    windows = [],
  } = file;
  const missing: [number, string][] = [
    [malformed, 'malformed'],
    [unknown, 'without a known prediction'],
    [rowNeeded, 'of a request with several rows, and the column row is missing'],
  ];
  const rest = missing.flatMap(([count, what]) => (count > 0 ? [`${counted(count, 'row')} ${what}`] : []));
  const first = days[0];
  const last = days.at(-1);
  return composeMessage({
    heading: `${rest.length === 0 ? '📬' : '⚠️'} ${pipeline}: ${counted(joined, 'outcome')}`,
    summary:
      `Of ${counted(rows, 'row')}, ${accepted.toLocaleString('en-US')} could be read and ${joined.toLocaleString('en-US')} belong to a prediction.` +
      `${repeated > 0 ? ` ${counted(repeated, 'row')} came again: the latest counts.` : ''}${rest.length > 0 ? ` ${rest.join(', ')}.` : ''}`,
    parts: [
      ...(windows.length > 0 ? [windowsPart(windows)] : []),
      ...(problems.length > 0 ? [problemsPart(problems)] : []),
    ],
    footer: first === undefined ? [] : [`Predictions ${first === last ? `of ${first}` : `from ${first} to ${last}`}`],
  });
}

/** A file with outcomes could not be taken. */
export const outcomesFailedMessage = ({
  pipeline,
  error,
  message,
}: {
  readonly pipeline: string;
  readonly error: string;
  readonly message: string;
}): Message =>
  composeMessage({
    heading: `⚠️ ${pipeline}: a file with outcomes was not taken`,
    summary: message,
    facts: [['Error', { code: error }]],
    footer: ['Nothing of it was recorded. The model keeps serving.'],
  });

/** What labels show decides; rows that could not be used are a warning. */
function severityOf({ windows = [], malformed, unknown, rowNeeded }: OutcomesFile): Severity {
  if (windows.some(({ severity }) => severity === 'critical')) return 'critical';
  return malformed + unknown + rowNeeded > 0 || windows.some(({ severity }) => severity === 'warning')
    ? 'warning'
    : 'info';
}

export const outcomes = defineNotice({
  name: 'outcomes',
  summary: 'A file with outcomes was recorded, or could not be taken.',
  severity: {
    among: ['info', 'warning', 'critical'],
    of: ({ outcomes: found }) => ('file' in found ? severityOf(found.file) : 'warning'),
  },
  event: {
    outcomes: z.union([
      z.object({ file: outcomesFileSchema }),
      z.object({ pipeline: z.string(), executionArn: z.string(), error: caughtErrorSchema }),
    ]),
  },
  example: {
    outcomes: {
      file: {
        pipeline: 'loan-default',
        id: '0f1e2d3c4b5a6978',
        receivedAt: '2026-02-08T06:00:00.000Z',
        runId: '20260131-101500-4f2a',
        by: 'inferenceId',
        rows: 1210,
        accepted: 1200,
        malformed: 10,
        problems: [{ column: 'defaulted', reason: 'the label is missing', count: 10 }],
        joined: 1180,
        repeated: 0,
        unknown: 20,
        rowNeeded: 0,
        days: ['2026-02-01', '2026-02-02'],
        windows: [
          {
            from: '2026-01-29',
            to: '2026-02-05',
            runId: '20260131-101500-4f2a',
            modelPackageVersion: 4,
            rows: 1180,
            severity: 'critical',
            judged: true,
            reason: 'auc is 0.69 (0.66 to 0.72), and it was 0.78 on the holdout: 11.5 % worse, by at least 7.2 %',
            findings: [
              {
                check: 'performance',
                severity: 'critical',
                reason: 'auc is 0.69 (0.66 to 0.72), and it was 0.78 on the holdout: 11.5 % worse, by at least 7.2 %',
              },
              {
                check: 'relation',
                severity: 'none',
                reason: 'the model inputs rank as before by their relation to the label: NDCG 0.98',
              },
            ],
            estimate:
              'the check of 2026-02-05T00:00Z estimated auc 0.71 (0.69 to 0.73); 1,180 labels of its window show 0.69 (0.66 to 0.72), within the interval',
          },
        ],
      },
    },
  },
  address: ({ outcomes: found }) =>
    'file' in found
      ? { key: found.file.id, pipeline: found.file.pipeline }
      : { key: found.executionArn, pipeline: found.pipeline },
  message: ({ outcomes: found }) =>
    'file' in found
      ? outcomesMessage(found.file)
      : outcomesFailedMessage({ pipeline: found.pipeline, ...explainFailure(found.error) }),
});
