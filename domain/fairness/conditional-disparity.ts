import { type Cells, divide, type FairnessTally, rowsOf } from './fairness-metric.ts';

/**
 * Demographic disparity, the share of the disadvantaged facet among the rejected less its share among the accepted, as the mean over the
 * groups by their rows (Wachter, Mittelstadt, Russell 2020, "Why Fairness Cannot Be Automated"). NaN where all rows, or none, are accepted.
 */
export function conditionalDisparity({ groups }: FairnessTally, accepted: (cells: Cells) => number): number {
  const parts = groups.map(({ a, d }) => {
    const [rowsA, rowsD] = [rowsOf(a), rowsOf(d)];
    const [yesA, yesD] = [accepted(a), accepted(d)];
    const [noA, noD] = [rowsA - yesA, rowsD - yesD];
    return {
      rows: rowsA + rowsD,
      yes: yesA + yesD,
      no: noA + noD,
      disparity: divide(noD, noA + noD) - divide(yesD, yesA + yesD),
    };
  });
  const total = (of: (part: (typeof parts)[number]) => number): number =>
    parts.reduce((sum, part) => sum + of(part), 0);
  if (total(({ yes }) => yes) === 0 || total(({ no }) => no) === 0) return Number.NaN;
  return total(({ rows, disparity }) => rows * disparity) / total(({ rows }) => rows);
}
