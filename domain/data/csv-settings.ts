import * as z from 'zod';
import { identifier } from '#domain/data/column-schema';

/** `dataset.csv`: how CSV files are written. */
export const csvSchema = z
  .object({
    delimiter: z
      .string()
      .length(1)
      .default(',')
      .meta({
        description:
          'The character between two values. A file with another delimiter is refused, and the message suggests the right one.',
        examples: [';', '\t'],
      }),
    header: z
      .boolean()
      .default(true)
      .describe('Whether the first line holds the names of the columns. `false` needs `names`.'),
    names: z
      .array(identifier)
      .min(1)
      .optional()
      .describe(
        'With `header: false`: the names of all columns in the order of the file, including the label and the id.',
      ),
    quote: z
      .string()
      .length(1)
      .default('"')
      .meta({
        description:
          'The character around values that hold a delimiter or a line break. Within such a value it is written twice.',
        examples: ["'"],
      }),
    nullValues: z
      .array(z.string())
      .optional()
      .meta({
        description: 'The former place of `dataset.nullValues`, still read for CSV files. Set only one of the two.',
        examples: [['', 'NA', '?']],
      }),
    trim: z
      .boolean()
      .optional()
      .meta({
        description: 'The former place of `dataset.trim`, still read for CSV files. Set only one of the two.',
        examples: [true],
      }),
  })
  .strict()
  .prefault({})
  .meta({
    description: 'How CSV files are written. It says nothing about other formats.',
    examples: [{ header: false, names: ['customer_id', 'household', 'age', 'churned'] }],
  });

export type CsvSettings = z.infer<typeof csvSchema>;
