import * as z from 'zod';
import type { ColumnSpec } from '#domain/data/column-spec';
import type { FeatureType } from '#schemas/records/profile';

/** What a pipeline expects of the model's answers along a column. Training heeds it where the algorithm can; endpoint tests check it. */

const monotone = z
  .enum(['increasing', 'decreasing'])
  .optional()
  .meta({
    description:
      'A higher value never lowers the answer (`increasing`) or never raises it (`decreasing`). XGBoost is trained so, and every endpoint is tested for it. Binary tasks (the probability of the positive class) and regression.',
    examples: ['decreasing'],
  });
const invariant = z
  .number()
  .min(0)
  .optional()
  .meta({
    description:
      'The answer changes by at most this when only this column does: absolute up to 1, relative above. Every endpoint is tested for it.',
    examples: [0.02],
  });

/** The settings of what is expected of a model input of a type. */
export function expectedSettingsOf(type: FeatureType): z.ZodRawShape {
  if (type === 'number') return { monotone, invariant };
  return type === 'datetime' || type === 'text' ? {} : { invariant };
}

export type Direction = NonNullable<z.output<typeof monotone>>;

interface Declared {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
}

const settingOf = (spec: ColumnSpec, name: 'monotone' | 'invariant'): unknown =>
  spec.role === 'feature' ? spec[name] : undefined;

/** The columns that are declared `monotone`, in the order of the pipeline's file. */
export const monotoneColumns = ({ columns }: Declared): { column: string; direction: Direction }[] =>
  Object.entries(columns).flatMap(([column, spec]) => {
    const direction = settingOf(spec, 'monotone') as Direction | undefined;
    return direction === undefined ? [] : [{ column, direction }];
  });

/** The columns that are declared `invariant`, in the order of the pipeline's file. */
export const invariantColumns = ({ columns }: Declared): { column: string; tolerance: number }[] =>
  Object.entries(columns).flatMap(([column, spec]) => {
    const tolerance = settingOf(spec, 'invariant') as number | undefined;
    return tolerance === undefined ? [] : [{ column, tolerance }];
  });
