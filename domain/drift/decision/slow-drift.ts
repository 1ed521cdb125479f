import type { SlowDrift } from '#schemas/records/drift-history';

/**
 * The test for slow drift: a one-sided CUSUM (Page 1954, "Continuous inspection schemes", Biometrika 41) over the windows of a model. It adds
 * up how far each window is above what the windows before it were, so a small move that stays is found although no window stands out.
 *
 * The mean and the deviation of a model's windows are not known beforehand: the holdout gives the mean with an error of its own, and an
 * error that is the same in all windows would add up too. So the CUSUM starts itself: each window is standardised by the mean and the
 * deviation of the windows before it, and the result is turned from Student's t into a normal deviate (Hawkins 1987, "Self-starting CUSUM
 * charts for location and scale", The Statistician 36). These deviates are independent and standard normal while nothing changes, whatever
 * mean and deviation are, so the run length is that of a CUSUM with known ones.
 */

/** The allowance, in standard deviations: half of the move that is to be found, one standard deviation (Page 1954). */
export const ALLOWANCE = 0.5;

/** The part of the limit that stands for the overshoot of a sum of normal deviates (Siegmund 1985, "Sequential Analysis", 2.4 and 10.2). */
const OVERSHOOT = 1.166;

/**
 * The average number of windows until a CUSUM over independent normal deviates alarms, for a move of `shift` standard deviations:
 * (exp(-2Δb) + 2Δb - 1) / (2Δ²) with Δ = shift - allowance and b = limit + 1.166 (Siegmund 1985). It agrees with exact figures to a few percent.
 */
export function averageRunLength(limit: number, shift = 0): number {
  const drift = shift - ALLOWANCE;
  const b = limit + OVERSHOOT;
  return drift === 0 ? b ** 2 : (Math.exp(-2 * drift * b) + 2 * drift * b - 1) / (2 * drift ** 2);
}

/** The limit whose average run length without drift is the wanted one. @param windows above 3 */
export function limitFor(windows: number): number {
  let [low, high] = [0, 40];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (averageRunLength(middle) < windows) low = middle;
    else high = middle;
  }
  return high;
}

/** Student's t as a normal deviate (Wallace 1959, "Bounds on normal approximations to Student's and the chi-square distributions"). */
const toNormal = (t: number, degrees: number): number =>
  Math.sign(t) * ((8 * degrees + 1) / (8 * degrees + 3)) * Math.sqrt(degrees * Math.log1p(t ** 2 / degrees));

/** One window of a series; larger values are worse. */
export interface FollowedWindow {
  /** What the value measures. Another series starts the test anew. */
  readonly series: string;
  readonly value: number;
  /** ISO 8601, the end exclusive. */
  readonly from: string;
  readonly to: string;
}

/** How far a value is from those before it, as a normal deviate; zero while there are fewer than two, or all were equal. */
function deviate({ windows, mean, squares }: Pick<SlowDrift, 'windows' | 'mean' | 'squares'>, value: number): number {
  const degrees = windows - 1;
  if (degrees < 1 || squares === 0) return 0;
  const t = (Math.sqrt(windows / (windows + 1)) * (value - mean)) / Math.sqrt(squares / degrees);
  return toNormal(t, degrees);
}

/** The share of a window that may lie before the end of the last one: schedules are late by seconds, and windows are of full hours. */
const MOST_OVERLAP = 0.1;

/** The share of a window that lies before an instant, in its time. */
const overlap = ({ from, to }: FollowedWindow, until: string): number =>
  (Date.parse(until) - Date.parse(from)) / Math.max(Date.parse(to) - Date.parse(from), 1);

/**
 * Adds a window to the test. A window that overlaps the last one by more than a tenth is passed over: its rows would count twice, and the deviates would not be
 * independent. After an alarm the sum starts at zero again.
 *
 * @param before the test after the window before; undefined at the first window of a model
 * @param runLength `drift.decision.slowDrift`: average number of windows until an alarm without drift
 */
export function followSlowDrift(before: SlowDrift | undefined, window: FollowedWindow, runLength: number): SlowDrift {
  const limit = limitFor(runLength);
  const { series, value, from, to } = window;
  if (before?.series !== series) {
    return { series, windows: 1, mean: value, squares: 0, sum: 0, limit, until: to, found: false };
  }
  if (overlap(window, before.until) > MOST_OVERLAP) return { ...before, limit, found: false };
  const former = before.found ? 0 : before.sum;
  const sum = Math.max(0, former + deviate(before, value) - ALLOWANCE);
  const windows = before.windows + 1;
  const mean = before.mean + (value - before.mean) / windows;
  return {
    series,
    windows,
    mean,
    squares: before.squares + (value - before.mean) * (value - mean),
    sum,
    limit,
    ...(sum > 0 ? { since: former > 0 && before.since !== undefined ? before.since : from } : {}),
    until: to,
    found: sum > limit,
  };
}
