import { composeMessage, type Message } from './message.ts';
import { counted, decimal } from './numbers.ts';

export interface ColumnDrift {
  readonly column: string;
  /** Population stability index against the training baseline. */
  readonly psi: number;
  /** Kolmogorov-Smirnov distance; absent for categories. */
  readonly ks?: number;
  readonly drifted: boolean;
}

/** A window was compared with the training baseline. */
export interface Drift {
  readonly pipeline: string;
  /** ISO 8601 times; the end is exclusive. */
  readonly window: { readonly from: string; readonly to: string; readonly rows: number };
  readonly columns: readonly ColumnDrift[];
  /** Drift of the model's scores. */
  readonly scoreDrift?: Omit<ColumnDrift, 'column'>;
  /** What is done about it. */
  readonly action: 'none' | 'alert' | 'retrain';
}

const next: Record<Drift['action'], string> = {
  none: 'Nothing needs doing.',
  alert: 'Have a look before you trust its scores.',
  retrain: 'A retrain has been started.',
};

const row = ({ column, psi, ks, drifted }: ColumnDrift): string[] => [
  column,
  decimal(psi),
  ks === undefined ? '–' : decimal(ks),
  drifted ? 'drifted' : 'steady',
];

/** The most drifted columns come first. */
export function driftMessage(drift: Drift): Message {
  const drifted = drift.columns.filter((column) => column.drifted);
  const score = drift.scoreDrift;
  const any = drifted.length > 0 || score?.drifted === true;
  const columns = [...drift.columns].sort((a, b) => Number(b.drifted) - Number(a.drifted) || b.psi - a.psi);
  const scores = score?.drifted ? ' The scores drifted too.' : '';
  return composeMessage({
    heading: any ? `🧭 ${drift.pipeline}: the data has drifted` : `🧭 ${drift.pipeline}: no drift`,
    summary: `${drifted.length} of ${counted(drift.columns.length, 'column')} drifted over ${counted(drift.window.rows, 'row')}.${scores} ${next[drift.action]}`,
    parts: [
      {
        title: 'Against the training baseline',
        table: {
          columns: ['column', 'PSI', 'KS', ''],
          rows: [...(score ? [row({ ...score, column: '(scores)' })] : []), ...columns.map(row)],
        },
      },
    ],
    footer: [`Window ${drift.window.from} to ${drift.window.to}`],
  });
}
