import * as z from 'zod';
import { type RawRow, rawRowSchema } from '#schemas/records/golden';
import type { RawValue } from './session.ts';

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

/** The raw rows of a test's columns: each value by itself. A column without values still has its name checked. */
export const rowsOfColumns = (
  columns: readonly { readonly column: string; readonly values?: readonly RawValue[] | undefined }[] = [],
): RawRow[] => columns.flatMap(({ column, values = [null] }) => values.map((value) => ({ [column]: value })));

/** One entry a column. */
export const eachOnce = <T extends { readonly column: string }>(columns: readonly T[]): boolean =>
  new Set(columns.map(({ column }) => column)).size === columns.length;
