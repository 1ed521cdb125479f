import * as z from 'zod';

/** What the contributions are counted in: the sum of the trees before it becomes a score. */
export const contributionUnits = ['value', 'log-odds', 'log of the value', 'log of the relative probability'] as const;

/** A column or an interaction, by its columns' names. */
const column = z.string();

const caseSchema = z.object({
  kind: z.enum(['typical', 'lowest', 'highest']),
  score: z.number().describe('the answer; multiclass: the probability of the class'),
  class: z.string().optional().describe('multiclass: the class that is answered'),
  expected: z.number().describe('what the model answers on average over its training rows, in the unit'),
  contributions: z.array(
    z.object({ column, value: z.union([z.number(), z.string()]).nullish(), part: z.number().describe('in the unit') }),
  ),
  others: z.object({ columns: z.int().min(0), part: z.number() }).describe('columns that are not listed'),
});

const explainedSchema = z.object({
  version: z.literal(1),
  status: z.literal('explained'),
  unit: z.enum(contributionUnits),
  rows: z.int().min(1).describe('rows of the holdout that were explained'),
  holdoutRows: z.int().min(1),
  classes: z.array(z.string()).describe('multiclass: the names of the classes; else empty'),
  columns: z
    .array(z.object({ column, mean: z.array(z.number()).describe('mean absolute contribution, by class') }))
    .describe('all columns, the most important first'),
  points: z
    .array(
      z.object({
        column,
        parts: z.array(z.number()),
        values: z.array(z.union([z.number(), z.string()]).nullable()).describe('absent values are null'),
        ranks: z
          .array(z.number().nullable())
          .describe('share of the rows with less, 0 to 1; null where nothing is more'),
      }),
    )
    .describe('the same rows for each of the most important columns; empty for multiclass'),
  cases: z.array(caseSchema),
});

/** Why the model of a run answers what it does, on rows of the holdout. */
export const explanationSchema = z.discriminatedUnion('status', [
  explainedSchema,
  z.object({ version: z.literal(1), status: z.literal('unexplained'), reason: z.string() }),
]);
export type Explanation = z.output<typeof explanationSchema>;
export type Explained = z.output<typeof explainedSchema>;
export type ExplainedCase = z.output<typeof caseSchema>;
export type ContributionUnit = (typeof contributionUnits)[number];
