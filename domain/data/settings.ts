import * as z from 'zod';
import { columnSchema, identifier } from '#domain/data/column-schema';
import type { Task } from '#schemas/records/task';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const labelSchema = z
  .object({
    column: identifier,
    positive: z
      .union([scalar, z.array(scalar).min(1), z.object({ above: z.number() }).strict()])
      .optional()
      .describe('binary: the value or values that count as 1, or { above: n } on a numeric column'),
    negative: z
      .union([scalar, z.array(scalar).min(1)])
      .optional()
      .describe(
        'binary: the value or values that count as 0; every other one is then malformed (default: whatever is not positive)',
      ),
    classes: z.array(scalar).min(3).optional().describe('multiclass: the classes in the order the model numbers them'),
  })
  .strict();

/** `dataset`: what a drop holds and how it is read. */
export const datasetSchema = z
  .object({
    format: z.enum(['csv', 'jsonl', 'parquet']),
    csv: z
      .object({
        delimiter: z.string().length(1).default(','),
        header: z
          .boolean()
          .default(true)
          .describe('false: the columns stand in the order of this file, label included where labelPosition says'),
        names: z.array(identifier).min(1).optional().describe('header false: the names of all columns in file order'),
        quote: z.string().length(1).default('"'),
        nullValues: z.array(z.string()).default(['']),
        trim: z.boolean().default(false).describe('strip blanks around every value'),
      })
      .strict()
      .prefault({}),
    trigger: z
      .union([
        z.object({ marker: z.string().min(1) }).strict(),
        z.object({ eachObject: z.literal(true), quietPeriodSeconds: z.int().min(0).max(3600).default(60) }).strict(),
      ])
      .default({ marker: '_SUCCESS' }),
    label: labelSchema,
    id: identifier
      .optional()
      .describe('the column that identifies a row; it decides the side of the split and is tokenized'),
    time: identifier.optional(),
    columns: z.record(identifier, columnSchema).refine((c) => Object.keys(c).length > 0, 'at least one column'),
    extraColumns: z
      .enum(['reject', 'ignore'])
      .default('reject')
      .describe('what to do with columns this file does not name'),
    maxMalformedFraction: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('more malformed rows than this refuse the drop'),
    minRows: z.int().min(1).default(100),
  })
  .strict();

export type DatasetSettings = z.infer<typeof datasetSchema>;

/** `split`: which rows train, which stop the training early, and which judge the model. */
export const splitSchema = z
  .object({
    strategy: z.literal('stratified').default('stratified'),
    train: z.number().gt(0).lt(1).default(0.7),
    validation: z.number().gt(0).lt(1).default(0.15),
    test: z.number().gt(0).lt(1).default(0.15),
    groupBy: z
      .union([z.enum(['id', 'duplicates']), z.object({ column: identifier }).strict()])
      .optional()
      .describe('what keeps rows on one side; the id column when there is one, else duplicate rows'),
    seed: z.string().default('tidegate'),
  })
  .strict()
  .refine((s) => Math.abs(s.train + s.validation + s.test - 1) < 1e-9, 'train + validation + test must be 1');
export type SplitSettings = z.infer<typeof splitSchema>;

/** What reading, typing and splitting rows needs of a pipeline. */
export interface DataSettings {
  readonly dataset: DatasetSettings;
  readonly split: SplitSettings;
  readonly evaluation: { readonly task: Task };
}

/** What fitting needs besides: as many objects as training instances. */
export interface FitSettings extends DataSettings {
  readonly training: { readonly instances: { readonly count: number } };
}
