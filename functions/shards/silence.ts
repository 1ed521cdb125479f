import { arrivalsOf, isSilence } from '#domain/drift/windows/arrivals';
import type { StateItem } from '#functions/ports/state-store';
import type { Arrivals } from '#schemas/records/drift-check';

/** What a check says of capture, and whether no check before has said so. */
export interface Silence {
  readonly arrivals: Arrivals;
  readonly isNew: boolean;
}

/** What a check leaves in its record for the next one. @param rows captured in its window */
export const recordSilence = ({ arrivals, isNew }: Silence, rows: number, promotedAt: string): StateItem => ({
  promotedAt,
  arrivals,
  silenceIsNew: isNew,
  seen: rows > 0 || arrivals === 'stopped',
});

/**
 * Compares the captures of a window with what the last check saw. A retry of the same check says the same.
 *
 * @param last the record of the last check; undefined for the first
 */
export function findSilence(
  last: StateItem | undefined,
  checkedAt: string,
  { promotedAt, ...seen }: Omit<Parameters<typeof arrivalsOf>[0], 'before'> & { readonly promotedAt: string },
): Silence {
  if (last?.['checkedAt'] === checkedAt && last['arrivals'] !== undefined) {
    return { arrivals: last['arrivals'] as Arrivals, isNew: last['silenceIsNew'] === true };
  }
  const isSameModel = last?.['promotedAt'] === promotedAt;
  // what was captured before this model counts too: requests that came to the endpoint stopped
  const before = Number(last?.['rows'] ?? 0) > 0 || (isSameModel && last?.['seen'] === true);
  const arrivals = arrivalsOf({ ...seen, before });
  return { arrivals, isNew: isSilence(arrivals) && !(isSameModel && last?.['arrivals'] === arrivals) };
}
