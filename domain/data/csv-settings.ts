import * as z from 'zod';

/** A character with a meaning. It is one byte in every encoding that is read. */
const sign = z
  .string()
  .length(1)
  .refine(
    (c) => c.charCodeAt(0) < 0x7f && !/[a-zA-Z0-9\r\n\0]/.test(c),
    'one ASCII character that is no letter, digit or line break',
  );

/** `dataset.csv`: how CSV files are written. */
export const csvSchema = z
  .object({
    delimiter: sign.default(',').meta({
      description:
        'The character between two values. A file with another delimiter is refused, and the message suggests the right one.',
      examples: [';', '\t'],
    }),
    header: z
      .boolean()
      .default(true)
      .describe('Whether the first line holds the names of the columns. `false` needs `names`.'),
    names: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        'With `header: false`: the names of all columns in the order of the file, including the label and the id.',
      ),
    quote: z
      .union([sign, z.literal('none')])
      .default('"')
      .meta({
        description:
          'The character around values that hold a delimiter or a line break. Within such a value it is written twice, or after `escape`. `none`: the files have no quotes, and a `"` is a character as any other.',
        examples: ["'", 'none'],
      }),
    escape: sign.optional().meta({
      description:
        'The character before a quote that belongs to a quoted value; Spark writes a backslash. It is written twice to mean itself. A doubled quote is still read. With `quote: none` it stands before a delimiter that belongs to a value.',
      examples: ['\\'],
    }),
    encoding: z
      .enum(['utf-8', 'utf-16', 'latin-1', 'windows-1252'])
      .default('utf-8')
      .meta({
        description:
          'The encoding of the files. A byte-order mark at the start of a file counts more than this setting, so UTF-8 and UTF-16 with a mark need none.',
        examples: ['windows-1252'],
      }),
    skipLines: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .meta({
        description:
          'Number of lines before the header (or the first row) that are no data: titles, notes. A first line `sep=;`, which Excel reads, is recognised and not counted.',
        examples: [2],
      }),
    comment: sign.optional().meta({
      description: 'Lines that start with this character are no rows.',
      examples: ['#'],
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
  .superRefine((csv, ctx) => {
    const taken = new Map([[csv.delimiter, 'delimiter']]);
    for (const name of ['quote', 'escape', 'comment'] as const) {
      const found = csv[name];
      // a quote that is its own escape is a doubled quote
      if (found === undefined || found === 'none' || (name === 'escape' && found === csv.quote)) continue;
      const other = taken.get(found);
      if (other !== undefined)
        ctx.addIssue({ code: 'custom', path: [name], message: `the same character as ${other}` });
      taken.set(found, name);
    }
  })
  .prefault({})
  .meta({
    description: 'How CSV files are written. It says nothing about other formats.',
    examples: [{ header: false, names: ['customer_id', 'household', 'age', 'churned'] }],
  });

export type CsvSettings = z.infer<typeof csvSchema>;
