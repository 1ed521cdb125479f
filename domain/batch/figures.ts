/** A share of rows in percent, as people read it: three digits. */
export const shareOf = (rows: number, all: number): string =>
  `${Number(((100 * rows) / Math.max(1, all)).toPrecision(3))} %`;

/** A mean, as people read it: four digits. */
export const meanText = (mean: number): string => String(Number(mean.toPrecision(4)));
