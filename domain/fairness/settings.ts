import * as z from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const columnName = z.string().min(1);

/** Which rows are of the disadvantaged facet: those with one of some values, or with a number beyond a threshold. */
const facetSchema = z.union([
  z.array(scalar).min(1).describe('Values of the column.'),
  z.strictObject({ below: z.number().describe('Numbers below it.') }),
  z.strictObject({ atLeast: z.number().describe('Numbers from it on.') }),
]);

/** `evaluation.fairness`: for whom bias is measured, in Clarify's terms. */
export const fairnessSchema = z
  .strictObject({
    column: columnName.meta({
      description: 'The column that divides the rows into two facets: one with the role `slice`.',
      examples: ['sex'],
    }),
    disadvantaged: facetSchema.meta({
      description: 'The facet that bias may harm: values of the column, or numbers beyond a threshold.',
      examples: [['Female'], { below: 25 }],
    }),
    advantaged: z
      .array(scalar)
      .min(1)
      .optional()
      .meta({
        description: 'The values it is compared with. Without it: every other row that has a value.',
        examples: [['Male']],
      }),
    favourable: z
      .union([
        scalar,
        z.array(scalar).min(1),
        z.strictObject({ above: z.number().describe('Numbers above it, for a regression.') }),
      ])
      .optional()
      .meta({
        description:
          'The label that is good to get: a class or several, or numbers above a threshold. Without it: the positive class.',
        examples: [1, ['gold', 'silver'], { above: 50_000 }],
      }),
    group: z
      .array(columnName)
      .min(1)
      .optional()
      .meta({
        description: 'Columns with the role `slice` whose values make the groups that CDDL and CDDPL compare within.',
        examples: [['region']],
      }),
  })
  .describe('Measures the bias metrics of SageMaker Clarify between two facets of the holdout.');
export type FairnessSettings = z.output<typeof fairnessSchema>;

/** A plain number in a text; NaN for any other text. */
export const plainNumber = (text: string): number =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;

/** The facet of a row by its value: 0 advantaged, 1 disadvantaged, -1 neither. */
export function facetOf({ disadvantaged, advantaged }: FairnessSettings): (value: string | null) => -1 | 0 | 1 {
  const others = advantaged && new Set(advantaged.map(String));
  const isOther = (value: string): -1 | 0 => (others === undefined || others.has(value) ? 0 : -1);
  if (Array.isArray(disadvantaged)) {
    const own = new Set(disadvantaged.map(String));
    return (value) => (value === null ? -1 : own.has(value) ? 1 : isOther(value));
  }
  return (value) => {
    const number = value === null ? Number.NaN : plainNumber(value);
    if (value === null || Number.isNaN(number)) return -1;
    const isOwn = 'below' in disadvantaged ? number < disadvantaged.below : number >= disadvantaged.atLeast;
    return isOwn ? 1 : isOther(value);
  };
}

const listed = (values: readonly (string | number | boolean)[]): string => values.map(String).join(', ');

/** Both facets in words; all of them stand in the pipeline's file. */
export function describeFacets({ column, disadvantaged, advantaged }: FairnessSettings) {
  const own = Array.isArray(disadvantaged)
    ? listed(disadvantaged)
    : 'below' in disadvantaged
      ? `below ${disadvantaged.below}`
      : `${disadvantaged.atLeast} and above`;
  return {
    disadvantaged: `${column} ${own}`,
    advantaged: advantaged ? `${column} ${listed(advantaged)}` : 'the others',
  };
}
