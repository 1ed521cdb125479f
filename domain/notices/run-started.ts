import { describeEarlierDrop } from '#domain/runs/earlier-drop';
import { artifactKeys } from '#domain/runs/layout';
import { composeMessage, type Message } from '#domain/slack/message';
import { bytes, counted } from '#domain/text/numbers';
import { type DropRecord, dropRecordSchema, type EarlierDrop, runPointerSchema } from '#schemas/records/run';
import { defineNotice } from './notice.ts';

/** A run was admitted and starts. */
export interface RunStarted {
  readonly pipeline: string;
  readonly runId: string;
  /** Prefix of the drop, such as `loan-default/2026-01-31/`. */
  readonly drop: string;
  readonly objects: number;
  readonly bytes: number;
  readonly rowsEstimate?: number;
  readonly datasetVersion: string;
  readonly trigger: DropRecord['reason'];
  /** When an earlier run had the same folder. */
  readonly earlier?: EarlierDrop;
  readonly links?: readonly { readonly label: string; readonly url: string }[];
}

const because: Record<RunStarted['trigger'], string> = {
  drop: 'New data arrived',
  drift: 'Drift triggered a retrain',
  manual: 'Started by hand',
};

export function runStartedMessage(run: RunStarted): Message {
  const rows = run.rowsEstimate === undefined ? '' : `, about ${counted(run.rowsEstimate, 'row')}`;
  return composeMessage({
    heading: `🌊 ${run.pipeline}: training started`,
    summary: [
      `${because[run.trigger]}: `,
      { code: run.drop },
      ` (${counted(run.objects, 'object')}, ${bytes(run.bytes)}${rows}).`,
      ...(run.earlier ? [` ${describeEarlierDrop(run.earlier)}`] : []),
    ],
    facts: [
      ['Run', { code: run.runId }],
      ['Data set version', { code: run.datasetVersion }],
    ],
    footer: (run.links ?? []).map((link) => ({ link })),
  });
}

export const runStarted = defineNotice({
  name: 'run-started',
  summary: 'A run was admitted and begins.',
  severity: 'info',
  event: { run: runPointerSchema },
  example: { run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' } },
  address: ({ run }) => ({ key: run.runId, run }),
  load: ({ artifacts }, { run }) => artifacts.readJson(artifactKeys(run).drop, dropRecordSchema),
  message: ({ run }, { prefix, objects, bytes: size, datasetVersion, reason, earlier }) =>
    runStartedMessage({
      ...run,
      drop: prefix,
      objects: objects.length,
      bytes: size,
      datasetVersion: datasetVersion.slice(0, 12),
      trigger: reason,
      ...(earlier ? { earlier } : {}),
    }),
});
