import { allAtOnce } from './all-at-once.ts';
import { canary } from './canary.ts';
import { linear } from './linear.ts';
import type { RollOutStrategy } from './roll-out-strategy.ts';
import { rolling } from './rolling.ts';

/** Every strategy of `deployment`. */
export const ROLL_OUTS = [allAtOnce, canary, linear, rolling] as const;
export type RollOutName = (typeof ROLL_OUTS)[number]['name'];

/** The strategy of this name. */
export const rollOutStrategy = (name: RollOutName): RollOutStrategy =>
  ROLL_OUTS.find((strategy) => strategy.name === name) as RollOutStrategy;
