import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';
import type { Facts } from '#schemas/records/facts';
import type { ConstrainedData, ConstraintKind, SettingProblem, Suggestion, SuggestionInput } from './constraint.ts';
import { noLastDrop } from './last-drop.ts';
import { percent, roundedOut, shareOf, slackOf } from './share.ts';

type Class = string | number | boolean;
interface Label {
  readonly class?: Class | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly vsLast?: { readonly within: number } | undefined;
}

/** The number of the class; undefined for a name that is no class. A binary label counts its positive class where none is named. */
function classIndex({ class: wanted }: Label, { classes }: ConstrainedData): number | undefined {
  if (wanted === undefined) return classes.length === 2 ? 1 : undefined;
  const index = classes.indexOf(String(wanted));
  return index < 0 ? undefined : index;
}

/** The share of the class, or the mean of a regression's label. */
function measure(settings: Label, { label, rows }: Facts, data: ConstrainedData): number {
  if (data.classes.length === 0) return label.moments.mean;
  return shareOf(label.classes[classIndex(settings, data) ?? 1] ?? 0, rows);
}

const isRegression = ({ classes }: ConstrainedData): boolean => classes.length === 0;

/** How a value of the label is written: a mean as a number, a share as a percentage. */
const shown = (value: number, data: ConstrainedData, apartFrom?: number): string => {
  if (!isRegression(data)) return percent(value, apartFrom);
  return formatNumber(value, apartFrom === undefined ? {} : { apartFrom });
};

function requiredText({ min, max, vsLast }: Label, data: ConstrainedData): string {
  return [
    ...(min === undefined ? [] : [`at least ${shown(min, data)}`]),
    ...(max === undefined ? [] : [`at most ${shown(max, data)}`]),
    ...(vsLast === undefined ? [] : [`within ${shown(vsLast.within, data)} of the last good drop`]),
  ].join(' and ');
}

function subjectText(settings: Label, data: ConstrainedData): string {
  const { column } = data.pipeline.dataset.label;
  const index = classIndex(settings, data);
  return index === undefined ? `mean of ${column}` : `share of ${column} ${data.classes[index]}`;
}

function problems(settings: Label, data: ConstrainedData): SettingProblem[] {
  const problem = (setting: string, message: string): SettingProblem[] => [{ setting, message }];
  const { min, max, vsLast } = settings;
  const { classes } = data;
  if (isRegression(data) && settings.class !== undefined)
    return problem('class', 'a regression has no classes; leave it out to check the mean');
  if (!isRegression(data) && classIndex(settings, data) === undefined)
    return problem(
      'class',
      `${settings.class === undefined ? 'name a class' : 'there is no such class'}: ${classes.join(', ')}`,
    );
  if (min === undefined && max === undefined && vsLast === undefined)
    return problem('check', 'needs min, max or vsLast');
  const outside = (
    [
      ['min', min],
      ['max', max],
    ] as const
  ).find(([, v]) => v !== undefined && (v < 0 || v > 1));
  if (!isRegression(data) && outside) return problem(outside[0], 'the share of a class is from 0 to 1');
  if (min !== undefined && max !== undefined && min > max)
    return problem('max', 'max is below min: no drop can meet both');
  return [];
}

export const label = {
  name: 'label',
  summary:
    'The share of a class, or the mean of the label of a regression, lies between these bounds, or near that of the last good drop.',
  settings: {
    class: z
      .union([z.string(), z.number(), z.boolean()])
      .optional()
      .meta({
        description:
          'The class whose share is checked, as `dataset.label` names it. Without it: the positive class of a binary label. A regression has none: its mean is checked.',
        examples: [1],
      }),
    min: z
      .number()
      .optional()
      .meta({ description: 'The least share, or mean.', examples: [0.05] }),
    max: z
      .number()
      .optional()
      .meta({ description: 'The greatest share, or mean.', examples: [0.4] }),
    vsLast: z
      .strictObject({
        within: z
          .number()
          .min(0)
          .meta({
            description: 'How far from the last good drop it may be: a difference of shares, or of means.',
            examples: [0.1],
          }),
      })
      .optional()
      .meta({
        description:
          'Compares with the drop of the last run that registered a model. While there is none, the constraint passes.',
        examples: [{ within: 0.1 }],
      }),
  },
  example: { min: 0.05, max: 0.4 },
  problems,
  title: (settings, data) => `${subjectText(settings, data)} ${requiredText(settings, data)}`,
  judge(settings, measured) {
    const { facts, last } = measured;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, vsLast } = settings;
    const value = measure(settings, facts, measured);
    const before = vsLast && last ? measure(settings, last.facts, measured) : undefined;
    const isNear = before === undefined || Math.abs(value - before) <= (vsLast?.within ?? 0);
    const nearest = value < min ? min : value > max ? max : undefined;
    const compared =
      before === undefined
        ? vsLast
          ? `; ${noLastDrop}`
          : ''
        : `; in the last good drop, of run ${last?.runId}, it was ${shown(before, measured, value)}`;
    const text = shown(value, measured, nearest ?? before);
    return {
      passed: value >= min && value <= max && isNear,
      measured: text,
      required: requiredText(settings, measured),
      finding: `the ${subjectText(settings, measured)} is ${text}${compared}`,
      fix: 'Check how the label was made and which rows the drop leaves out, or change the bounds.',
    };
  },
  suggest: (input) => (isRegression(input) ? suggestMean(input) : suggestShares(input)),
} as const satisfies ConstraintKind<Label>;

/** A fifth of a share in both directions, or four standard errors where that is more. */
function suggestShares({ facts, classes }: SuggestionInput): Suggestion<Label>[] {
  if (facts.rows === 0) return [];
  const wanted = classes.length === 2 ? [1] : classes.map((_, i) => i);
  return wanted.map((i) => {
    const share = shareOf(facts.label.classes[i] ?? 0, facts.rows);
    const slack = Math.max(share / 5, (4 / 3) * slackOf(share, facts.rows));
    const bounds = {
      min: Math.max(0, roundedOut(share - slack, 'down')),
      max: Math.min(1, roundedOut(share + slack, 'up')),
    };
    const named = classes.length === 2 ? {} : { class: classes[i] as string };
    return { settings: { ...named, ...bounds }, because: `${percent(share)} here` };
  });
}

/** Half a standard deviation in both directions. */
function suggestMean({ facts }: SuggestionInput): Suggestion<Label>[] {
  const { count, mean, m2 } = facts.label.moments;
  if (count === 0) return [];
  const slack = Math.sqrt(m2 / count) / 2;
  const [min, max] = [roundedOut(mean - slack, 'down'), roundedOut(mean + slack, 'up')];
  if (!Number.isFinite(min) || !Number.isFinite(max)) return [];
  return [{ settings: { min, max }, because: `mean ${formatNumber(mean)} here` }];
}
