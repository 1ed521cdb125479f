import { allAtOnce } from './all-at-once.ts';
import { canary } from './canary.ts';
import { linear } from './linear.ts';
import type { RollOutStrategy } from './roll-out-strategy.ts';
import { rolling } from './rolling.ts';

/** Every strategy of `deployment`. */
export const ROLL_OUTS = [allAtOnce, canary, linear, rolling] as const;
export type RollOutName = (typeof ROLL_OUTS)[number]['name'];

/** The strategy of this name. @throws RangeError when there is none */
export function rollOutStrategy(name: string): RollOutStrategy {
  const strategy = ROLL_OUTS.find((s) => s.name === name);
  if (strategy) return strategy;
  throw new RangeError(`no roll-out is called ${name}`);
}
