import * as z from 'zod';
import { columnName, columnSchema, columnSourceSchema, namedColumn, refuseProto } from '#domain/data/column-schema';
import { csvSchema } from '#domain/data/csv-settings';
import { embeddingsSchema } from '#domain/data/embedding-settings';
import { labelSchema } from '#domain/data/label-settings';
import type { SplitSettings } from '#domain/data/split-settings';
import { valueSettings } from '#domain/data/value-settings';
import { interactionsSchema } from '#domain/encodings/interactions';
import type { Imbalance } from '#domain/imbalance/settings';
import type { Task } from '#schemas/records/task';

const triggerSchema = z
  .union([
    z
      .object({
        marker: z
          .string()
          .min(1)
          .max(255)
          .describe(
            'The name of the file that is written last. It starts the run. It is not read as data when it is empty or its ending is not that of a data file.',
          ),
      })
      .strict(),
    z
      .object({
        eachObject: z
          .literal(true)
          .describe('A run starts when no further file has come into the folder for `quietPeriodSeconds`.'),
        quietPeriodSeconds: z
          .int()
          .min(0)
          .max(3600)
          .default(60)
          .describe('Seconds to wait for further files. Use it with `eachObject`.'),
      })
      .strict(),
  ])
  .default({ marker: '_SUCCESS' })
  .meta({
    description: 'When a drop is complete: after a marker file, or after a pause. Choose one of the two.',
    examples: [{ marker: '_SUCCESS' }, { eachObject: true, quietPeriodSeconds: 120 }],
  });

/** `dataset`: the content of a drop and how it is read. */
export const datasetSchema = z
  .object({
    format: z.enum(['csv', 'jsonl', 'parquet']).meta({
      description:
        'The format of all files in a drop. CSV and JSON lines may be compressed (`.csv.gz`). Files are known by their ending: `.csv`, `.tsv`, `.txt` and `.data` are CSV, `.jsonl` and `.ndjson` are JSON lines.',
      examples: ['csv'],
    }),
    csv: csvSchema,
    ...valueSettings,
    trigger: triggerSchema,
    label: labelSchema,
    id: namedColumn.optional().meta({
      description:
        'The column that identifies a row. It is always tokenized and never a model input. All rows of one id are on the same side of the split, unless it is by time. It is not listed under `columns`.',
      examples: ['customer_id'],
    }),
    time: namedColumn.optional().meta({
      description:
        'The column with the time of a row: a date or a time, in ISO 8601 or as its column or `dataset.dates` says. It is kept with the clean rows. Rows in which it cannot be read are malformed.',
      examples: ['signed_up_at'],
    }),
    from: z
      .record(columnName, columnSourceSchema)
      .optional()
      .meta({
        description:
          'Where the id and the time are found in the files, if not under their names: another name, or a position. The label and the columns have a `from` of their own.',
        examples: [{ customer_id: 'Customer No.' }],
      }),
    columns: z
      .preprocess(refuseProto, z.record(columnName, columnSchema))
      .refine((c) => Object.keys(c).length > 0, 'at least one column')
      .meta({
        description:
          'What each of the other columns is, by its name, and what happens to it. At least one is a model input. Names must differ by more than case.',
        examples: [{ email: { role: 'pii', action: 'drop' }, age: { role: 'feature', type: 'number' } }],
      }),
    interactions: interactionsSchema,
    embeddings: embeddingsSchema,
    extraColumns: z
      .enum(['reject', 'ignore'])
      .default('reject')
      .meta({
        description:
          'What to do with a column that this file does not name: refuse the drop, or leave the column unread. A new column may be personal, so the default is to refuse.',
        examples: ['ignore'],
      }),
    maxMalformedFraction: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .meta({
        description:
          'The drop is refused when a larger share of its rows is malformed. Fewer are left out and counted.',
        examples: [0.001],
      }),
    minRows: z
      .int()
      .min(1)
      .default(100)
      .meta({
        description: 'The drop is refused when it has fewer usable rows.',
        examples: [1000],
      }),
  })
  .strict()
  .describe('What a drop holds and how it is read.');

export type DatasetSettings = z.infer<typeof datasetSchema>;

/** The pipeline sections for reading, typing and splitting rows. */
export interface DataSettings {
  readonly dataset: DatasetSettings & {
    /** Files without the label: set by `withoutLabel`, never by a pipeline's file. */
    readonly unlabelled?: true;
  };
  readonly split: SplitSettings;
  readonly evaluation: { readonly task: Task };
}

/** The pipeline sections for fitting: these, `imbalance`, and `training`, because each training instance needs an object. */
export interface FitSettings extends DataSettings {
  readonly imbalance: Imbalance;
  readonly training: { readonly instances: { readonly count: number } };
}
