/** What a mask leaves readable, in characters (Unicode code points). */
export interface MaskSpec {
  readonly keepFirst: number;
  readonly keepLast: number;
}

const stars = '***';

/**
 * SQL that masks a VARCHAR expression: the kept characters around `***`, whatever the length, so that not even that shows.
 * A value of which the kept characters would be more than half is masked whole. NULL stays NULL.
 */
export function maskSql(value: string, { keepFirst, keepLast }: MaskSpec): string {
  const kept = `left(${value}, ${keepFirst}) || '${stars}' || right(${value}, ${keepLast})`;
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN length(${value}) < ${2 * (keepFirst + keepLast)} THEN '${stars}' ELSE ${kept} END`;
}
