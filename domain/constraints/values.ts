import * as z from 'zod';
import { shownList } from '#domain/data/shown';
import { double, text } from '#domain/sql/literals';
import { counted } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import { canonicalOf } from '#domain/values/canonical';
import { columnNameSchema } from './column-name.ts';
import type { ConstraintKind, SettingProblem } from './constraint.ts';
import { presentRows } from './range.ts';
import { percent, shareOf, toleranceText, toleratedText, tolerateSchema } from './share.ts';
import { columnProblems, subjectNamed } from './subjects.ts';

type Value = string | number | boolean;
interface Values {
  readonly column: string;
  readonly allowed: readonly Value[];
  readonly tolerate: number;
}

/** More categories than this are not suggested as a list. */
const suggestedValues = 20;

/** Whether a text reads as a number. */
const isNumber = (value: Value): boolean => String(value).trim() !== '' && Number.isFinite(Number(value));

/** Why a value cannot be one of the column's. */
function unfit(kind: 'number' | 'boolean' | 'category', value: Value): string | undefined {
  switch (kind) {
    case 'number':
      return isNumber(value) && typeof value !== 'boolean' ? undefined : 'numbers';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true and false';
    case 'category':
      return undefined;
    default:
      return unreachable(kind, 'kind of column');
  }
}

export const values = {
  name: 'values',
  summary: 'The column holds no other values than these. Rows without a value are not counted.',
  settings: {
    column: columnNameSchema,
    allowed: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .meta({
        description: 'Every value that the column may hold, as the file writes it.',
        examples: [['basic', 'plus', 'family']],
      }),
    tolerate: tolerateSchema,
  },
  example: { column: 'tariff', allowed: ['basic', 'plus', 'family'] },
  problems({ column, allowed }, data) {
    const problems = columnProblems(data, column, 'values', ['category', 'number', 'boolean']);
    if (problems.length > 0) return problems;
    const { kind } = subjectNamed(data, column);
    if (kind === 'text' || kind === 'datetime') return [];
    return allowed.flatMap((value, i): SettingProblem[] => {
      const needed = unfit(kind, value);
      return needed === undefined ? [] : [{ setting: `allowed.${i}`, message: `"${column}" holds ${needed}` }];
    });
  },
  breaks({ column, allowed }, data) {
    const { kind, sql } = subjectNamed(data, column);
    const literals = allowed.map((value) => {
      if (kind === 'number') return double(Number(value));
      return kind === 'boolean' ? String(value) : text(canonicalOf(String(value)));
    });
    return `${sql} NOT IN (${literals.join(', ')})`;
  },
  title: ({ column, allowed, tolerate }) =>
    `${column} one of ${shownList(allowed.map(String))}${toleranceText(tolerate)}`,
  judge({ column, allowed, tolerate }, { facts, broken }) {
    const share = shareOf(broken, presentRows(facts, column));
    return {
      passed: share <= tolerate,
      measured: `${percent(share, tolerate)} others`,
      required: `one of ${shownList(allowed.map(String))}; others: ${toleratedText(tolerate)}`,
      finding: `${percent(share, tolerate)} of the values of column "${column}" (${counted(broken, 'row')}) are not among the ${counted(allowed.length, 'allowed value')}`,
      fix: 'Correct the values, add the new ones to allowed, or raise tolerate.',
    };
  },
  suggest: ({ facts, subjects }) =>
    [...subjects.values()]
      .filter(({ isInput }) => isInput)
      .flatMap(({ name }) => {
        const column = facts.columns[name];
        const counts = column?.kind === 'category' ? (column.values ?? []) : [];
        if (counts.length === 0 || counts.length > suggestedValues) return [];
        const settings = { column: name, allowed: counts.map(([value]) => value), tolerate: 0.01 };
        return [{ settings, because: `${counted(counts.length, 'value')} here` }];
      }),
} as const satisfies ConstraintKind<Values>;
