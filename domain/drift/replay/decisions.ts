import { decide } from '#domain/drift/decision/decide';
import { historyOf } from '#domain/drift/decision/history';
import type { DriftSettings } from '#domain/drift/settings';
import type { DriftCheck } from '#schemas/records/drift-check';
import type { DriftHistory } from '#schemas/records/drift-history';
import type { JudgedWindow } from './judge.ts';

/** Nothing is done in a replay. */
const nothing = { action: 'none', start: 'nothing', reason: 'a replay starts nothing' } as const;

const day = 86_400_000;

/** The times of a window. Those without count as one a day: their order is all that is known of them. */
function spanOf({ from, to }: JudgedWindow, index: number): { readonly from: string; readonly to: string } {
  const at = (n: number): string => new Date(n * day).toISOString();
  return from === undefined || to === undefined ? { from: at(index), to: at(index + 1) } : { from, to };
}

/** A window as the check that a schedule would have made at its end. */
function checkOf(window: JudgedWindow, index: number, drift: DriftSettings): DriftCheck {
  const { rows, tooSmall, drifted, performance, alarm, decidedBy, driftedColumns, columns, score, watched } = window;
  const { together, notTogether } = window;
  return {
    pipeline: 'replay',
    runId: 'replayed',
    source: drift.source,
    window: { ...spanOf(window, index), rows },
    tooSmall,
    drifted,
    fellSilent: false,
    performance,
    alarm,
    decidedBy,
    notify: alarm,
    action: drift.action,
    driftedColumns: [...driftedColumns],
    columns: [...columns],
    ...(score ? { score } : {}),
    ...(together ? { together } : {}),
    ...(notTogether === undefined ? {} : { notTogether }),
    coverage: { watched, notWatched: [] },
    reportKey: 'replay',
  };
}

/**
 * What `drift.decision` makes of windows in their order: which of them alarm, with those before. Windows without times have no cooldown.
 *
 * @param windows each judged alone, the oldest first
 * @param slices the columns with the role slice
 */
export function decideHistory(
  windows: readonly JudgedWindow[],
  drift: DriftSettings,
  slices: readonly string[],
): JudgedWindow[] {
  const isTimed = windows.every(({ from, to }) => from !== undefined && to !== undefined);
  const settings = isTimed || !drift.decision ? drift : { ...drift, decision: { ...drift.decision, cooldown: '0h' } };
  const history: DriftHistory[] = [];
  return windows.map((window, i) => {
    const check = checkOf(window, i, settings);
    const decided = decide({ check, drift: settings, slices, history, promotedAt: new Date(0).toISOString() });
    history.unshift(historyOf(check, decided, nothing, undefined));
    return { ...window, alarm: decided.alarm, decidedBy: decided.decidedBy, decision: decided.decision };
  });
}
