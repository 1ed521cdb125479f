import * as z from 'zod';
import { cost } from './cost.ts';
import { maximize } from './maximize.ts';
import { precision } from './precision.ts';
import { recall } from './recall.ts';
import type { ErrorCosts, SettingsOf, ThresholdKind } from './threshold-kind.ts';

/** Every way to choose a threshold. */
export const THRESHOLDS = [cost, recall, precision, maximize] as const;

/** `evaluation.threshold` where it is chosen. */
export type ThresholdRule = SettingsOf<(typeof THRESHOLDS)[number]>;
/** `evaluation.threshold`: a number, or a rule by which each run chooses its own. */
export type ThresholdSetting = number | ThresholdRule;

const fixed = z
  .number()
  .gt(0)
  .lt(1)
  .meta({ description: 'The same threshold for every run.', examples: [0.3] });

export const thresholdSchema: z.ZodType<ThresholdSetting> = z.union([fixed, ...THRESHOLDS.map(({ schema }) => schema)]);

/** The kind of a rule, with the rule for its functions. @throws TypeError when the rule has no kind's key */
export function kindOfThreshold(rule: ThresholdRule): ThresholdKind<ThresholdRule> {
  const kind = (THRESHOLDS as readonly unknown[] as readonly ThresholdKind<ThresholdRule>[]).find(
    ({ name }) => name in rule,
  );
  if (kind === undefined) {
    throw new TypeError(`A threshold needs one of ${THRESHOLDS.map(({ name }) => name).join(', ')}.`);
  }
  return kind;
}

/** Whether each run chooses its own threshold. */
export const isChosen = (threshold: ThresholdSetting): threshold is ThresholdRule => typeof threshold !== 'number';

/** What errors cost, where the setting says it. */
export const errorCosts = (threshold: ThresholdSetting): ErrorCosts | undefined =>
  isChosen(threshold) ? kindOfThreshold(threshold).costs?.(threshold) : undefined;
