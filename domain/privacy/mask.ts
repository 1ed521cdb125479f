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
  const kept = [
    ...(keepFirst > 0 ? [`left(${value}, ${keepFirst})`] : []),
    `'${stars}'`,
    ...(keepLast > 0 ? [`right(${value}, ${keepLast})`] : []),
  ];
  return `CASE WHEN length(${value}) < ${2 * (keepFirst + keepLast)} THEN '${stars}' WHEN ${value} IS NOT NULL THEN ${kept.join(' || ')} END`;
}
