import * as z from 'zod';
import { rawRowSchema } from '#schemas/records/golden';

/** A column's name in a test. */
export const changedColumn = z
  .string()
  .min(1)
  .max(1000)
  .meta({ description: 'The column to change: a model input.', examples: ['income'] });

/** A value of any type for a column. */
export const changedValue = rawRowSchema.valueType;

/** The largest difference of two answers that counts as none. */
export const defaultTolerance = 1e-6;

/** One entry a column. */
export const eachOnce = <T extends { readonly column: string }>(columns: readonly T[]): boolean =>
  new Set(columns.map(({ column }) => column)).size === columns.length;
