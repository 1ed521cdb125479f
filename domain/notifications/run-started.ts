import { composeMessage, type Message } from './message.ts';
import { bytes, counted } from './numbers.ts';

/** A run was admitted and begins. */
export interface RunStarted {
  readonly pipeline: string;
  readonly runId: string;
  /** Prefix of the drop, as `loan-default/2026-01-31/`. */
  readonly drop: string;
  readonly objects: number;
  readonly bytes: number;
  readonly rowsEstimate?: number;
  readonly datasetVersion: string;
  readonly trigger: 'drop' | 'drift' | 'manual';
  readonly links?: readonly { readonly label: string; readonly url: string }[];
}

const because: Record<RunStarted['trigger'], string> = {
  drop: 'New data arrived',
  drift: 'Drift asked for a retrain',
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
    ],
    facts: [
      ['Run', { code: run.runId }],
      ['Data set version', { code: run.datasetVersion }],
    ],
    footer: (run.links ?? []).map((link) => ({ link })),
  });
}
