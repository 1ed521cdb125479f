import { formatFixed } from '#domain/text/format-number';
import type { CalibrationBin } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { frame, linePath } from './frame.ts';

/**
 * Mean score against observed share of positives in score deciles, with 95 % intervals and the line of perfect calibration.
 *
 * @param id unique within the page
 * @param champion the same of the champion, on the same rows
 * @param before the same of the candidate's scores before they were calibrated
 */
export function calibrationPlot(
  bins: readonly CalibrationBin[],
  {
    id = 'calibration',
    champion,
    before,
  }: {
    readonly id?: string;
    readonly champion?: readonly CalibrationBin[] | undefined;
    readonly before?: readonly CalibrationBin[] | undefined;
  } = {},
): Html {
  const worst = bins.reduce((a, b) => (gap(b) > gap(a) ? b : a));
  const largest = Math.max(
    ...[...bins, ...(champion ?? []), ...(before ?? [])].flatMap(({ meanScore, high }) => [meanScore, high]),
  );
  // with a rare class the upper right is empty: zoom in on both axes equally
  const limit = Math.min(1, Math.max(0.1, Math.ceil(largest * 10.5) / 10));
  const curveOf = (own: readonly CalibrationBin[]) => ({
    x: own.map(({ meanScore }) => meanScore),
    y: own.map(({ positiveRate }) => positiveRate),
  });
  const curve = curveOf(bins);
  return frame({
    id,
    title: 'Calibration',
    description:
      `In ${bins.length} bins of the score the mean score lies between ${formatFixed(Math.min(...curve.x), 3)} and ` +
      `${formatFixed(Math.max(...curve.x), 3)}. The widest gap is at mean score ${formatFixed(worst.meanScore, 3)}, where ` +
      `${formatFixed(worst.positiveRate, 3)} of the rows are positive.`,
    x: { label: 'mean score in bin', low: 0, high: limit },
    y: { label: 'share of positives', low: 0, high: limit },
    draw: (
      scales,
    ) => html`<path class="line chance" d="M${scales.x(0)} ${scales.y(0)}L${scales.x(limit)} ${scales.y(limit)}"/>
${champion ? html`<path class="line champion" d="${linePath(curveOf(champion), scales)}"/>` : undefined}${before ? html`<path class="line faint" d="${linePath(curveOf(before), scales)}"/>` : undefined}
<path class="line candidate" d="${linePath(curve, scales)}"/>
${bins.map(({ meanScore, positiveRate, low, high }) => {
  const at = scales.x(meanScore);
  return html`<path class="whisker candidate" d="M${at} ${scales.y(low)}V${scales.y(high)}"/><circle class="point candidate" cx="${at}" cy="${scales.y(positiveRate)}" r="4"/>`;
})}`,
    legend: [
      { mark: 'candidate', shape: 'point', text: 'a tenth of the rows, 95 % interval' },
      ...(champion ? [{ mark: 'champion', shape: 'line', text: 'champion' } as const] : []),
      ...(before ? [{ mark: 'faint', shape: 'line', text: 'before calibration' } as const] : []),
      { mark: 'chance', shape: 'line', text: 'perfectly calibrated' },
    ],
  });
}

const gap = ({ meanScore, positiveRate }: CalibrationBin): number => Math.abs(meanScore - positiveRate);
