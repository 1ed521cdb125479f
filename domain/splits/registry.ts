import type { SplitRule } from '#schemas/records/sides';
import type { SplitStrategy } from './split-strategy.ts';
import { stratified } from './stratified.ts';
import { time } from './time.ts';

/** Every strategy of `split`. */
export const SPLIT_STRATEGIES = [stratified, time] as const;
export type SplitStrategyName = (typeof SPLIT_STRATEGIES)[number]['name'];

/** The strategy of this name. */
export const splitStrategy = (name: SplitStrategyName): SplitStrategy<SplitRule> =>
  SPLIT_STRATEGIES.find((strategy) => strategy.name === name) as unknown as SplitStrategy<SplitRule>;
