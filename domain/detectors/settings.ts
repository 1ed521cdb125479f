import * as z from 'zod';

const columnName = z.string().min(1);

/** What RE2 does not know, and JavaScript does. */
const beyondRe2 = /\(\?(?:<?[=!])|\\[1-9]|\\k</;

const patternSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'a lower-case letter first, then letters, digits and hyphens')
    .meta({ description: 'What messages, the report and redacted texts call it.', examples: ['staff-number'] }),
  regex: z
    .string()
    .min(1)
    .max(500)
    .refine((regex) => {
      try {
        new RegExp(regex, 'u');
        return !beyondRe2.test(regex);
      } catch {
        return false;
      }
    }, 'not a regular expression of RE2: it knows no look-around and no back reference')
    .meta({
      description:
        'A regular expression in the syntax of RE2, which takes linear time. It is looked for anywhere in a value.',
      examples: ['\\bE[0-9]{6}\\b'],
    }),
});

/** `personalData`: what is looked for in columns that are not declared personal, and what happens when it is found. */
export const personalDataSettingsSchema = z
  .strictObject({
    undeclared: z
      .enum(['refuse', 'warn', 'allow'])
      .default('refuse')
      .meta({
        description:
          'What happens when a column that is declared a feature or a slice looks personal: the run stops before anything leaves the raw bucket, or it goes on and the report says so, or nothing is looked for.',
        examples: ['warn'],
      }),
    allow: z
      .array(columnName)
      .default([])
      .meta({ description: 'Columns that may look personal, because they are not.', examples: [['age']] }),
    minShare: z
      .number()
      .gt(0)
      .max(1)
      .default(0.01)
      .meta({
        description:
          "The share of a column's values from which it counts as personal. Kinds that are easily mistaken need more.",
        examples: [0.001],
      }),
    sampleRows: z
      .int()
      .min(100)
      .max(100_000)
      .default(1000)
      .meta({
        description: 'How many rows of each file are looked at. The same file gives the same rows.',
        examples: [5000],
      }),
    region: z
      .string()
      .regex(/^[A-Z]{2}$/, 'two capital letters (ISO 3166-1)')
      .optional()
      .meta({ description: 'The country whose phone and passport numbers the data have.', examples: ['DE'] }),
    patterns: z
      .array(patternSchema)
      .max(20)
      .default([])
      .meta({ description: 'Kinds of your own.', examples: [[{ name: 'staff-number', regex: '\\bE[0-9]{6}\\b' }]] }),
  })
  .prefault({})
  .meta({
    description: 'What is looked for in columns that are not declared personal, and what happens when it is found.',
    examples: [{ undeclared: 'warn', region: 'DE' }],
  });
export type PersonalDataSettings = z.output<typeof personalDataSettingsSchema>;
