import { formatFixed, formatNumber } from '#domain/text/format-number';
import type { Operating } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { area, frame, type LegendEntry, linePath, round, type Scales } from './frame.ts';

/** Curves end a little right of the highest threshold that still flags rows. */
const MARGIN = 1.02;

const widest = ({ curve: { threshold }, chosen }: Operating): number =>
  Math.min(Math.max(...threshold, chosen.threshold) * MARGIN, 1);

/** The chosen threshold, and between which ones other validation rows would choose. */
function chosenMark({ choice, chosen }: Operating, high: number, { x }: Scales): Html {
  const limit = (value: number) => x(Math.min(value, high));
  const band = choice
    ? html`<rect class="area candidate" x="${limit(choice.low)}" y="${area.top}" width="${round(limit(choice.high) - limit(choice.low))}" height="${area.bottom - area.top}"/>`
    : undefined;
  return html`${band}<path class="line threshold" d="M${limit(chosen.threshold)} ${area.top}V${area.bottom}"/>`;
}

const chosenEntry = ({ chosen }: Operating): LegendEntry => ({
  mark: 'threshold',
  shape: 'line',
  text: `threshold ${formatNumber(chosen.threshold)}`,
});

/** Recall, precision and the share of flagged rows by threshold. */
export function sharesByThreshold(operating: Operating): Html {
  const { curve, chosen } = operating;
  const high = widest(operating);
  const known = curve.precision.flatMap((value, i) =>
    value === null ? [] : [[curve.threshold[i] as number, value] as const],
  );
  const precision = { x: known.map(([x]) => x), y: known.map(([, y]) => y) };
  return frame({
    id: 'shares-by-threshold',
    title: 'Recall, precision and flagged rows by threshold',
    description: `At the threshold ${formatNumber(chosen.threshold)}, ${formatFixed(chosen.recall, 3)} of the positive rows are found and ${formatFixed(chosen.flagged, 3)} of all rows are flagged.`,
    x: { label: 'threshold', low: 0, high },
    y: { label: 'share', low: 0, high: 1 },
    draw: (scales) => html`${chosenMark(operating, high, scales)}
<path class="line candidate" d="${linePath({ x: curve.threshold, y: curve.recall }, scales)}"/>
<path class="line champion" d="${linePath(precision, scales)}"/>
<path class="line chance" d="${linePath({ x: curve.threshold, y: curve.flagged }, scales)}"/>`,
    legend: [
      { mark: 'candidate', shape: 'line', text: 'recall' },
      { mark: 'champion', shape: 'line', text: 'precision' },
      { mark: 'chance', shape: 'line', text: 'flagged' },
      chosenEntry(operating),
    ],
  });
}

/** What errors cost by threshold, per 1,000 rows. */
export function costByThreshold(operating: Operating, costs: NonNullable<Operating['costs']>): Html {
  const { curve, chosen } = operating;
  const high = widest(operating);
  const most = Math.max(...costs.curve, costs.perThousand.high);
  const at = costs.perThousand.value;
  return frame({
    id: 'cost-by-threshold',
    title: 'Cost of errors by threshold',
    description: `At the threshold ${formatNumber(chosen.threshold)}, errors cost ${formatNumber(at)} per 1,000 rows of the holdout; the most over all thresholds is ${formatNumber(most)}.`,
    x: { label: 'threshold', low: 0, high },
    y: { label: 'cost per 1,000 rows', low: 0, high: most * 1.05 },
    draw: (scales) => html`${chosenMark(operating, high, scales)}
<path class="line candidate" d="${linePath({ x: curve.threshold, y: costs.curve }, scales)}"/>
<path class="whisker candidate" d="M${scales.x(chosen.threshold)} ${scales.y(costs.perThousand.low)}V${scales.y(costs.perThousand.high)}"/>
<circle class="point candidate" cx="${scales.x(chosen.threshold)}" cy="${scales.y(at)}" r="4.5"/>`,
    legend: [{ mark: 'candidate', shape: 'line', text: 'holdout' }, chosenEntry(operating)],
  });
}
