import { counted } from '#domain/text/numbers';
import type { Facts } from '#schemas/records/facts';
import { columnNameSchema } from './column-name.ts';
import type { ConstraintKind } from './constraint.ts';
import { percent, shareOf, shareSchema, suggestedMax } from './share.ts';
import { columnProblems } from './subjects.ts';

interface Malformed {
  readonly column?: string | undefined;
  readonly max: number;
}

const malformedRows = ({ malformed: { rows, reasons } }: Facts, column: string | undefined): number =>
  column === undefined ? rows : reasons.filter((r) => r.column === column).reduce((sum, r) => sum + r.count, 0);

const allRows = ({ rows, malformed }: Facts): number => rows + malformed.rows;

export const malformed = {
  name: 'malformed',
  summary:
    'At most this share of all rows of the drop is malformed. `dataset.maxMalformedFraction` limits each file by itself.',
  settings: {
    column: columnNameSchema.optional().meta({
      description: 'Counts only rows that are malformed because of this column. It may be the label.',
      examples: ['age'],
    }),
    max: shareSchema.meta({ description: 'The largest share of malformed rows.', examples: [0.001] }),
  },
  example: { max: 0.001 },
  problems: ({ column }, data) =>
    column === undefined || column === data.pipeline.dataset.label.column
      ? []
      : columnProblems(data, column, 'malformed'),
  title: ({ column, max }) => `malformed ${column ?? 'rows'} ≤ ${percent(max)}`,
  judge({ column, max }, { facts }) {
    const rows = malformedRows(facts, column);
    const share = shareOf(rows, allRows(facts));
    const because = column === undefined ? '' : ` because of column "${column}"`;
    return {
      passed: share <= max,
      measured: percent(share, max),
      required: `at most ${percent(max)}`,
      finding: `${percent(share, max)} of all rows (${counted(rows, 'row')}) are malformed${because}`,
      fix: 'Correct the rows, whose places the quarantine lists, or raise max.',
    };
  },
  suggest({ facts }) {
    const share = shareOf(facts.malformed.rows, allRows(facts));
    const max = suggestedMax(share, allRows(facts));
    return max === 1 ? [] : [{ settings: { max }, because: `${percent(share)} here` }];
  },
} as const satisfies ConstraintKind<Malformed>;
