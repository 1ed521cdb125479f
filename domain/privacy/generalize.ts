import { double } from '#domain/data/sql';

/** How a quasi-identifier is coarsened: exactly one of the three is set (`schemas/pipeline`). */
export interface GeneralizeSpec {
  readonly keepFirst?: number | undefined;
  readonly binWidth?: number | undefined;
  readonly truncateTo?: 'year' | 'month' | 'day' | undefined;
}

/**
 * SQL that coarsens a typed expression: a text to its first characters, a number down to a multiple of the width, a
 * timestamp to the start of its unit. NULL stays NULL.
 */
export function generalizeSql(value: string, { keepFirst, binWidth, truncateTo }: GeneralizeSpec): string {
  if (keepFirst !== undefined) return `left(${value}, ${keepFirst})`;
  if (binWidth !== undefined) return `floor(${value} / ${double(binWidth)}) * ${double(binWidth)}`;
  return `CAST(date_trunc('${truncateTo ?? 'year'}', ${value}) AS TIMESTAMP)`;
}
