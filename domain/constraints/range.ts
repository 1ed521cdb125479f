import * as z from 'zod';
import { double, text } from '#domain/sql/literals';
import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { ColumnFacts, Facts } from '#schemas/records/facts';
import { columnNameSchema } from './column-name.ts';
import type { ConstrainedData, ConstraintKind, SettingProblem, Suggestion } from './constraint.ts';
import { percent, roundedOut, shareOf, toleranceText, toleratedText, tolerateSchema } from './share.ts';
import { columnProblems, subjectNamed } from './subjects.ts';
import { readTime } from './times.ts';

type Bound = number | string;
interface Range {
  readonly column: string;
  readonly min?: Bound | undefined;
  readonly max?: Bound | undefined;
  readonly tolerate: number;
}

const bound = (description: string, example: Bound) =>
  z
    .union([z.number(), z.string()])
    .optional()
    .meta({ description, examples: [example] });

/** A bound as a number: of a time, ms since the epoch. NaN when it is not of the column's kind. */
const numberOf = (bound: Bound): number => (typeof bound === 'number' ? bound : (readTime(bound) ?? Number.NaN));

const boundText = (bound: Bound): string => (typeof bound === 'number' ? formatNumber(bound) : bound);

const rangeText = ({ min, max }: Pick<Range, 'min' | 'max'>): string => {
  if (min === undefined) return `≤ ${boundText(max ?? '')}`;
  return max === undefined ? `≥ ${boundText(min)}` : `from ${boundText(min)} to ${boundText(max)}`;
};

/** Rows that have a value of the column. */
export const presentRows = (facts: Facts, column: string): number =>
  facts.rows - (facts.columns[column]?.missing ?? facts.time?.missing ?? 0);

function boundProblems({ column, min, max }: Range, { subjects }: ConstrainedData): SettingProblem[] {
  const kind = subjects.get(column)?.kind;
  if (min === undefined && max === undefined) return [{ setting: 'min', message: 'a range needs min, max or both' }];
  const unfit = Object.entries({ min, max }).flatMap(([setting, value]): SettingProblem[] => {
    if (value === undefined) return [];
    if (kind === 'number' && typeof value === 'string')
      return [{ setting, message: `"${column}" holds numbers; the bound must be a number` }];
    if (kind === 'datetime' && (typeof value === 'number' || readTime(value) === undefined))
      return [{ setting, message: `"${column}" holds times; the bound must be a date or a time in ISO 8601` }];
    return [];
  });
  if (unfit.length > 0) return unfit;
  const isEmpty = min !== undefined && max !== undefined && numberOf(min) > numberOf(max);
  return isEmpty ? [{ setting: 'max', message: 'max is below min: no value can be in the range' }] : [];
}

export const range = {
  name: 'range',
  summary: 'The numbers, or times, of the column lie between these bounds; the bounds are allowed.',
  settings: {
    column: columnNameSchema,
    min: bound('The least value: a number, or a date or time in ISO 8601.', 18),
    max: bound('The greatest value: a number, or a date or time in ISO 8601.', 120),
    tolerate: tolerateSchema,
  },
  example: { column: 'age', min: 0, max: 120 },
  problems(settings, data) {
    const unfit = columnProblems(data, settings.column, 'range', ['number', 'datetime']);
    return unfit.length > 0 ? unfit : boundProblems(settings, data);
  },
  breaks({ column, min, max }, data) {
    const { sql, kind } = subjectNamed(data, column);
    const literal = (value: Bound) =>
      kind === 'datetime'
        ? `CAST(${text(new Date(numberOf(value)).toISOString().slice(0, -1))} AS TIMESTAMP)`
        : double(numberOf(value));
    return [
      ...(min === undefined ? [] : [`${sql} < ${literal(min)}`]),
      ...(max === undefined ? [] : [`${sql} > ${literal(max)}`]),
    ].join(' OR ');
  },
  title: ({ column, tolerate, ...bounds }) => `${column} ${rangeText(bounds)}${toleranceText(tolerate)}`,
  judge({ column, tolerate, ...bounds }, { facts, broken }) {
    const share = shareOf(broken, presentRows(facts, column));
    return {
      passed: share <= tolerate,
      measured: `${percent(share, tolerate)} outside`,
      required: `${rangeText(bounds)}; outside: ${toleratedText(tolerate)}`,
      finding: `${percent(share, tolerate)} of the values of column "${column}" (${counted(broken, 'row')}) are not ${rangeText(bounds)}`,
      fix: 'Correct the values, widen the range, or raise tolerate.',
    };
  },
  suggest: ({ facts, subjects }) =>
    [...subjects.values()]
      .filter(({ isInput }) => isInput)
      .flatMap(({ name }) => suggestRange(name, facts.columns[name])),
} as const satisfies ConstraintKind<Range>;

/** Bounds of a column of numbers: 0 and 1 of shares, 0 where nothing is negative, else the range and its width again. */
function suggestRange(column: string, facts: ColumnFacts | undefined): Suggestion<Range>[] {
  if (facts?.kind !== 'number' || facts.min === null || facts.max === null) return [];
  const { min, max } = facts;
  const width = max - min;
  const seen = `from ${formatNumber(min)} to ${formatNumber(max)} here`;
  if (!Number.isFinite(2 * width)) return [];
  if (min >= 0 && max <= 1 && width > 0.5)
    return [{ settings: { column, min: 0, max: 1, tolerate: 0 }, because: `${seen}: it looks like a share` }];
  const least = min >= 0 ? 0 : roundedOut(min - width, 'down');
  const most = roundedOut(max + Math.max(width, Math.abs(max)), 'up');
  return [{ settings: { column, min: least, max: most, tolerate: 0.001 }, because: seen }];
}
