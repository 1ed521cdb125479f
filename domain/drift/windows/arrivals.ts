import type { Arrivals } from '#schemas/records/drift-check';

/**
 * What the captures of a window say of capture itself: none at all is a finding of its own, because an endpoint that receives no request,
 * or whose capture does not work, looks like one whose data is steady.
 *
 * @param percentage `deployment.capturePercentage` of the model in service
 * @param rows in the window; captures: those that were found in it, readable or not
 * @param before whether any request of this model was captured before the window
 * @param isEmpty whether the window has no length; whole: whether the model has been in service for all of the window
 */
export function arrivalsOf({
  percentage,
  rows,
  captures,
  before,
  isEmpty,
  whole,
}: {
  readonly percentage: number;
  readonly rows: number;
  readonly captures: number;
  readonly before: boolean;
  readonly isEmpty: boolean;
  readonly whole: boolean;
}): Arrivals {
  if (rows > 0) return 'arrived';
  if (captures > 0) return 'unreadable';
  if (percentage === 0) return 'off';
  if (isEmpty) return 'not-yet';
  if (before) return 'stopped';
  return whole ? 'never' : 'not-yet';
}

/** Whether somebody has to know, once: a check after one that already told is quiet. */
export const isSilence = (arrivals: Arrivals): boolean =>
  arrivals === 'stopped' || arrivals === 'never' || arrivals === 'unreadable';
