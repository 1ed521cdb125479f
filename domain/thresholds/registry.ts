import * as z from 'zod';
import { cost } from './cost.ts';
import { maximize } from './maximize.ts';
import { precision } from './precision.ts';
import { recall } from './recall.ts';
import type { ErrorCosts, SettingsOf, ThresholdKind } from './threshold-kind.ts';

/** Every way to choose a threshold. */
export const THRESHOLDS = [cost, recall, precision, maximize] as const;

/** Kinds of rules. */
export type Thresholds = readonly { readonly name: string; readonly schema: z.ZodType }[];

/** `evaluation.threshold` where it is chosen. */
export type ThresholdRule = SettingsOf<(typeof THRESHOLDS)[number]>;
/** `evaluation.threshold`: a number, or a rule by which each run chooses its own. */
export type ThresholdSetting = number | ThresholdRule;

const fixed = z
  .number()
  .gt(0)
  .lt(1)
  .meta({ description: 'The same threshold for every run.', examples: [0.3] });

/** A number, or a rule of one of some kinds. */
export const thresholdSchemaOf = <const Kinds extends Thresholds>(
  kinds: Kinds,
): z.ZodType<number | SettingsOf<Kinds[number]>> =>
  z.union([fixed, ...kinds.map(({ schema }) => schema)]) as z.ZodType<number | SettingsOf<Kinds[number]>>;
export const thresholdSchema: z.ZodType<ThresholdSetting> = thresholdSchemaOf(THRESHOLDS);

/** The kind of a rule. @throws TypeError when the rule has no kind's key */
export function kindOfThreshold(rule: object, kinds: Thresholds = THRESHOLDS): ThresholdKind<object> {
  const kind = kinds.find(({ name }) => name in rule);
  if (kind === undefined) throw new TypeError(`A threshold needs one of ${kinds.map(({ name }) => name).join(', ')}.`);
  return kind as unknown as ThresholdKind<object>;
}

/** Whether each run chooses its own threshold. */
export const isChosen = (threshold: ThresholdSetting): threshold is ThresholdRule => typeof threshold !== 'number';

/** What errors cost, where the setting says it. */
export const errorCosts = (threshold: ThresholdSetting): ErrorCosts | undefined =>
  isChosen(threshold) ? kindOfThreshold(threshold).costs?.(threshold) : undefined;
