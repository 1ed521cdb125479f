import type { FittedTransform } from '#schemas/records/fitted-transform';

/** One sentence for each column that seems to give the label away. */
export const leakageWarnings = ({ leakage = [] }: Pick<FittedTransform, 'leakage'>): string[] =>
  leakage.map(({ column, reason }) => `Column "${column}" may be known only after the outcome: ${reason}.`);
