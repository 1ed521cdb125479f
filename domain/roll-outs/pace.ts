import { ALARMS, type AlarmSettings } from '#domain/alarms/registry';
import type { RollOut } from '#schemas/records/deployment';
import { allAtOnce } from './all-at-once.ts';
import { rollOutStrategy } from './registry.ts';
import type { Pace } from './roll-out-strategy.ts';

/** Alarms look at whole minutes and two of three must be bad, so a shorter wait would end before one can go off. */
const leastWatchMinutes = 5;
/** What an update takes besides its waits, in minutes. */
const launchMinutes = 15;

/** How a deployment's traffic moves, as far as its pipeline sets it. */
export interface RollOutSettings {
  readonly strategy: string;
  readonly percent?: number | undefined;
  readonly bakeMinutes?: number | undefined;
  readonly alarms?: AlarmSettings | undefined;
}

/** The pace that is set, or else the strategy's own. */
export function paceOf({ strategy, percent, bakeMinutes }: RollOutSettings): Pace {
  const own = rollOutStrategy(strategy);
  return { percent: percent ?? own.percent?.default ?? 100, bakeSeconds: 60 * (bakeMinutes ?? own.bakeMinutes) };
}

/** How long the former and the new fleet run side by side, in minutes: what an update takes, and its waits. */
export function rollOutMinutes(settings: RollOutSettings): number {
  const pace = paceOf(settings);
  return rollOutStrategy(settings.strategy).waits(pace) * (pace.bakeSeconds / 60) + launchMinutes;
}

/** The limits of the alarms that watch a roll-out: those that are set; else the usual ones, where there is time to watch. */
export function alarmsOf(settings: RollOutSettings): AlarmSettings {
  if (settings.alarms) return settings.alarms;
  if (paceOf(settings).bakeSeconds === 0) return {};
  return Object.fromEntries(ALARMS.flatMap((kind) => ('usual' in kind ? [[kind.name, kind.usual]] : [])));
}

/**
 * How a roll-out proceeds, with every default filled in.
 *
 * @param now whether all moves at once, without a wait or an alarm, whatever the settings say
 */
export function resolveRollOut(settings: RollOutSettings, now: boolean): RollOut {
  if (now) return { strategy: allAtOnce.name, bakeMinutes: 0, alarms: {} };
  const { percent, bakeSeconds } = paceOf(settings);
  const alarms = Object.entries(alarmsOf(settings)).flatMap(([kind, limit]) =>
    limit === undefined ? [] : [[kind, limit] as const],
  );
  return {
    strategy: settings.strategy,
    ...(rollOutStrategy(settings.strategy).percent ? { percent } : {}),
    bakeMinutes: bakeSeconds / 60,
    alarms: Object.fromEntries(alarms),
  };
}

/** The problem with how a deployment's traffic moves, and where; undefined if there is none. */
export function rollOutProblem(
  settings: RollOutSettings & { readonly maxWaitMinutes: number },
): readonly [string, string] | undefined {
  const { strategy, percent, maxWaitMinutes } = settings;
  const { percent: range, waits } = rollOutStrategy(strategy);
  if (percent !== undefined && !range) return ['percent', `${strategy} moves everything at once; leave percent out`];
  if (percent !== undefined && range && (percent < range.min || percent > range.max)) {
    return ['percent', `${strategy} takes ${range.min} to ${range.max} percent`];
  }
  const pace = paceOf(settings);
  const watched = pace.bakeSeconds / 60;
  if (Object.values(alarmsOf(settings)).length > 0 && watched < leastWatchMinutes) {
    return [
      'bakeMinutes',
      `alarms need at least ${leastWatchMinutes} minutes to go off; set bakeMinutes, or alarms: {}`,
    ];
  }
  const least = rollOutMinutes(settings);
  if (watched > 0 && least > maxWaitMinutes) {
    return ['maxWaitMinutes', `the roll-out waits ${waits(pace)} times ${watched} minutes; set at least ${least}`];
  }
  return undefined;
}
