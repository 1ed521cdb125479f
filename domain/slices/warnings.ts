import { sliceName } from '#domain/gates/slice-name';
import { formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { Evaluation } from '#schemas/records/evaluation';

/** Names the worst group of an evaluation, in one line; none where chance explains all groups. */
export function sliceWarnings({ slices }: Pick<Evaluation, 'slices'>): string[] {
  const [worst, ...others] = slices?.found ?? [];
  if (!slices || !worst) return [];
  const { columns, metric, whole, tested, falseShare } = slices;
  const more =
    others.length === 0
      ? ''
      : `; ${counted(others.length, 'other group')} ${others.length === 1 ? 'is' : 'are'} worse, too`;
  return [
    `the worst slice is ${sliceName(columns, worst.of)}: ${metric} ${formatNumber(worst.value)} on ${counted(worst.rows, 'row')}, ` +
      `${formatNumber(whole)} on all${more} (${counted(tested, 'group')} compared; at most ${formatPercent(falseShare)} of those named are chance)`,
  ];
}
