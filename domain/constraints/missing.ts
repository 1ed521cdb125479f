import { counted } from '#domain/text/numbers';
import type { Facts } from '#schemas/records/facts';
import { columnNameSchema } from './column-name.ts';
import type { ConstrainedData, ConstraintKind } from './constraint.ts';
import { percent, shareOf, shareSchema, suggestedMax } from './share.ts';
import { columnProblems } from './subjects.ts';

interface Missing {
  readonly column: string;
  readonly max: number;
}

/** Rows without a value of the column. */
function missingRows(facts: Facts, column: string, { pipeline }: ConstrainedData): number {
  const own = facts.columns[column];
  if (own) return own.missing;
  // a row without an id is malformed
  return column === pipeline.dataset.time ? (facts.time?.missing ?? 0) : 0;
}

export const missing = {
  name: 'missing',
  summary: 'At most this share of the rows has no value in the column.',
  settings: {
    column: columnNameSchema,
    max: shareSchema.meta({ description: 'The largest share of the rows without a value.', examples: [0.05] }),
  },
  example: { column: 'age', max: 0.05 },
  problems: ({ column }, data) => columnProblems(data, column, 'missing'),
  title: ({ column, max }) => `missing ${column} ≤ ${percent(max)}`,
  judge({ column, max }, measured) {
    const { facts } = measured;
    const rows = missingRows(facts, column, measured);
    const share = shareOf(rows, facts.rows);
    return {
      passed: share <= max,
      measured: percent(share, max),
      required: `at most ${percent(max)}`,
      finding: `column "${column}" has no value in ${percent(share, max)} of the rows (${counted(rows, 'row')})`,
      fix: 'Write the missing values, or raise max.',
    };
  },
  suggest: ({ facts, subjects }) =>
    [...subjects.values()]
      .filter(({ isInput }) => isInput)
      .flatMap(({ name }) => {
        const column = facts.columns[name];
        if (!column) return [];
        const share = shareOf(column.missing, facts.rows);
        const max = suggestedMax(share, facts.rows);
        return max === 1 ? [] : [{ settings: { column: name, max }, because: `${percent(share)} missing` }];
      }),
} as const satisfies ConstraintKind<Missing>;
