import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';
import { count, counted } from '#domain/text/numbers';
import type { ConstraintKind, SettingProblem } from './constraint.ts';
import { noLastDrop } from './last-drop.ts';

interface Rows {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly vsLast?: { readonly atLeast?: number | undefined; readonly atMost?: number | undefined } | undefined;
}

const ratio = (description: string, example: number) =>
  z
    .number()
    .positive()
    .optional()
    .meta({ description, examples: [example] });

/** `at least 0.5 and at most 2`. */
const boundsText = (least: string | undefined, most: string | undefined): string =>
  [...(least === undefined ? [] : [`at least ${least}`]), ...(most === undefined ? [] : [`at most ${most}`])].join(
    ' and ',
  );

const numberText = (n: number | undefined): string | undefined => (n === undefined ? undefined : count(n));
const ratioText = (n: number | undefined): string | undefined => (n === undefined ? undefined : formatNumber(n));

function requiredText({ min, max, vsLast }: Rows): string {
  const own = boundsText(numberText(min), numberText(max));
  const last = vsLast && boundsText(ratioText(vsLast.atLeast), ratioText(vsLast.atMost));
  return [
    ...(own === '' ? [] : [own]),
    ...(last === undefined ? [] : [`${last} times those of the last good drop`]),
  ].join('; ');
}

export const rows = {
  name: 'rows',
  summary: 'The drop has this many usable rows, or this many times those of the last good drop.',
  settings: {
    min: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'The least number of usable rows.', examples: [1000] }),
    max: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The greatest number of usable rows.', examples: [1_000_000] }),
    vsLast: z
      .strictObject({
        atLeast: ratio('The rows of this drop are at least this many times those of the last good one.', 0.5),
        atMost: ratio('The rows of this drop are at most this many times those of the last good one.', 2),
      })
      .optional()
      .meta({
        description:
          'Compares with the drop of the last run that registered a model. While there is none, the constraint passes.',
        examples: [{ atLeast: 0.5, atMost: 2 }],
      }),
  },
  example: { min: 1000, vsLast: { atLeast: 0.5, atMost: 2 } },
  problems({ min, max, vsLast }) {
    const problem = (setting: string, message: string): SettingProblem[] => [{ setting, message }];
    const { atLeast, atMost } = vsLast ?? {};
    if (vsLast && atLeast === undefined && atMost === undefined)
      return problem('vsLast', 'vsLast needs atLeast, atMost or both');
    if (min === undefined && max === undefined && !vsLast) return problem('check', 'needs min, max or vsLast');
    if (min !== undefined && max !== undefined && min > max)
      return problem('max', 'max is below min: no drop can have so many rows');
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost)
      return problem('vsLast.atMost', 'atMost is below atLeast: no drop can have so many rows');
    return [];
  },
  title: (settings) => `rows ${requiredText(settings)}`,
  judge(settings, { facts, last }) {
    const { min, max, vsLast } = settings;
    const before = vsLast && last ? last.facts.rows : undefined;
    const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = vsLast ?? {};
    const isNear = before === undefined || (facts.rows >= atLeast * before && facts.rows <= atMost * before);
    const compared =
      before === undefined
        ? vsLast
          ? `; ${noLastDrop}`
          : ''
        : `; the last good drop, of run ${last?.runId}, had ${count(before)}`;
    return {
      passed: facts.rows >= (min ?? 0) && facts.rows <= (max ?? Number.POSITIVE_INFINITY) && isNear,
      measured: count(facts.rows),
      required: requiredText(settings),
      finding: `the drop has ${counted(facts.rows, 'usable row')}${compared}`,
      fix: 'Check that the drop is complete and holds nothing twice, or change the bounds.',
    };
  },
  suggest: ({ facts }) =>
    facts.rows === 0
      ? []
      : [{ settings: { vsLast: { atLeast: 0.5, atMost: 2 } }, because: `${counted(facts.rows, 'row')} here` }],
} as const satisfies ConstraintKind<Rows>;
