import { counted } from '#domain/text/numbers';
import { columnNameSchema } from './column-name.ts';
import type { ConstraintKind } from './constraint.ts';
import { presentRows } from './range.ts';
import { percent, shareOf, toleranceText, toleratedText, tolerateSchema } from './share.ts';
import { columnProblems } from './subjects.ts';

interface Unique {
  readonly column: string;
  readonly tolerate: number;
}

export const unique = {
  name: 'unique',
  summary:
    'No two rows have the same value in the column, over all files of the drop. Rows without a value are not counted.',
  settings: { column: columnNameSchema, tolerate: tolerateSchema },
  example: { column: 'customer_id' },
  problems({ column }, data) {
    const unfit = columnProblems(data, column, 'unique');
    if (unfit.length > 0 || data.subjects.get(column)?.faithful) return unfit;
    const message = `what the action leaves of "${column}" may be the same for different values; only tokens can be unique`;
    return [{ setting: 'column', message }];
  },
  repeats: ({ column }) => column,
  title: ({ column, tolerate }) => `${column} unique${toleranceText(tolerate)}`,
  judge({ column, tolerate }, { facts, pipeline }) {
    const repeated = facts.repeats[column] ?? 0;
    const rows = column === pipeline.dataset.id ? facts.rows : presentRows(facts, column);
    const share = shareOf(repeated, rows);
    return {
      passed: share <= tolerate,
      measured: `${percent(share, tolerate)} repeated`,
      required: `repeated: ${toleratedText(tolerate)}`,
      finding: `${counted(repeated, 'row')} (${percent(share, tolerate)}) ${repeated === 1 ? 'repeats' : 'repeat'} a value of column "${column}"`,
      fix: 'Leave the repeated rows out of the drop, or raise tolerate.',
    };
  },
  suggest({ facts, pipeline }) {
    const { id } = pipeline.dataset;
    if (id === undefined || facts.repeats[id] !== 0) return [];
    return [{ settings: { column: id, tolerate: 0 }, because: `no id stands in two of ${counted(facts.rows, 'row')}` }];
  },
} as const satisfies ConstraintKind<Unique>;
