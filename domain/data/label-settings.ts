import * as z from 'zod';
import { columnSourceSchema, namedColumn } from '#domain/data/column-schema';

/** A value of a label. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
/** `dataset.label`: the column to predict and how its values become classes. */
export const labelSchema = z
  .object({
    column: namedColumn.meta({
      description: 'The column to predict. It is not listed under `columns`.',
      examples: ['churned'],
    }),
    from: columnSourceSchema.optional().meta({
      description: 'Where the label is found in the files, if not under its name: another name, or a position.',
      examples: ['Churn?', { position: 5 }],
    }),
    positive: z
      .union([scalar, z.array(scalar).min(1), z.object({ above: z.number() }).strict()])
      .optional()
      .meta({
        description:
          'Binary tasks, which need it: the value or values that count as 1. For a column of numbers, `{ above: 15 }` counts all numbers above 15.',
        examples: ['yes', ['cancelled', 'expired'], { above: 15 }],
      }),
    negative: z
      .union([scalar, z.array(scalar).min(1)])
      .optional()
      .meta({
        description:
          'Binary tasks: the value or values that count as 0. Rows with any other label are malformed. Without it, all labels that are not positive count as 0. It cannot be combined with `positive: { above: … }`.',
        examples: ['no', ['active', 'paused']],
      }),
    classes: z
      .array(scalar)
      .min(3)
      .optional()
      .meta({
        description:
          'Multiclass tasks, which need it: all classes. The order gives the number of each class, from 0. Rows with another label are malformed.',
        examples: [['basic', 'plus', 'family']],
      }),
    map: z
      .record(z.string().min(1), z.union([scalar, z.array(scalar).min(1)]))
      .optional()
      .meta({
        description:
          'Classes by name, each with the value or values that mean it: in place of `negative` and `classes`. A binary task has two, and `positive` names one of them; a multiclass task has three or more, numbered from 0 as they are written (names that are whole numbers by size). A value is in one class.',
      }),
    others: z.string().min(1).optional().meta({
      description:
        'With `map`: what happens to a row whose label is in no class. `malformed` is the default; `leaveOut` leaves the row out without calling it malformed; the name of a class puts it there. A missing label is always malformed.',
    }),
  })
  .strict()
  .meta({
    description: 'What the model predicts. A regression task needs only `column`.',
    examples: [
      { column: 'churned', positive: 1 },
      { column: 'quality', map: { good: [7, 8, 9], bad: [3, 4, 5, 6] }, positive: 'good', others: 'leaveOut' },
      { column: 'plan', classes: ['basic', 'plus', 'family'] },
      { column: 'months' },
    ],
  });
export type LabelSettings = z.output<typeof labelSchema>;
export type Scalar = z.output<typeof scalar>;

/** One value or several, as several. */
export const listed = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Whether `positive` is a bound of a column of numbers. */
export const isBound = (positive: LabelSettings['positive']): positive is { above: number } =>
  typeof positive === 'object' && !Array.isArray(positive);

/** The classes of `label.map` in the order of their numbers, with their values: a binary task has its positive class last. */
export function mappedClasses({
  map = {},
  positive,
}: LabelSettings): readonly (readonly [string, readonly Scalar[]])[] {
  const classes = Object.entries(map).map(([name, values]) => [name, listed(values)] as const);
  return positive === undefined
    ? classes
    : classes.toSorted(([a], [b]) => Number(a === positive) - Number(b === positive));
}

/** Every value that the settings name. */
export const namedLabels = (label: LabelSettings): readonly Scalar[] =>
  label.map === undefined
    ? [isBound(label.positive) ? undefined : label.positive, label.negative, label.classes]
        .flat()
        .filter((value) => value !== undefined)
    : mappedClasses(label).flatMap(([, values]) => values);

/** Whether a label is compared as a number: it is one, or every value that is named is. */
export const isNumericLabel = (label: LabelSettings): boolean =>
  namedLabels(label).every((value) => typeof value === 'number');
