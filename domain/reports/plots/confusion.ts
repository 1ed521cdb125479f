import { formatCount, formatPercent } from '#domain/text/format-number';
import type { Confusion } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { plotSize, round, shorten, textWidth } from './frame.ts';

/** With more classes, numbers do not fit in the cells. */
const NUMBERED_CLASSES = 12;
const LABEL_LENGTH = 14;

/** Confusion matrix: counts and shares of the actual class, shaded by share. */
export function confusionPlot({ labels, matrix }: Confusion): Html {
  const k = labels.length;
  const longest = Math.max(...labels.map((label) => textWidth(shorten(label, LABEL_LENGTH))));
  const left = 34 + longest;
  const top = 40;
  const cell = { width: (plotSize.width - left - 12) / k, height: (plotSize.height - top - 14) / k };
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  const right = matrix.reduce((sum, cells, i) => sum + (cells[i] as number), 0);
  const cells = matrix.flatMap((row, i) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => {
      const share = count / Math.max(support, 1);
      const [x, y] = [left + j * cell.width, top + i * cell.height];
      const [cx, cy] = [round(x + cell.width / 2), round(y + cell.height / 2)];
      const tone = share > 0.55 ? 'on-dark' : 'on-light';
      const numbers =
        k > NUMBERED_CLASSES
          ? undefined
          : k > 5
            ? html`<text class="cell-text ${tone}" x="${cx}" y="${cy + 4}" text-anchor="middle">${formatCount(count)}</text>`
            : html`<text class="cell-count ${tone}" x="${cx}" y="${cy}" text-anchor="middle">${formatCount(count)}</text><text class="cell-text ${tone}" x="${cx}" y="${cy + 18}" text-anchor="middle">${formatPercent(share)}</text>`;
      return html`<g><title>actual ${labels[i]}, predicted ${labels[j]}: ${formatCount(count)} rows, ${formatPercent(share)} of the class</title><rect class="cell-back" x="${round(x + 1)}" y="${round(y + 1)}" width="${round(cell.width - 2)}" height="${round(cell.height - 2)}"/><rect class="cell ${i === j ? 'hit' : 'miss'}" x="${round(x + 1)}" y="${round(y + 1)}" width="${round(cell.width - 2)}" height="${round(cell.height - 2)}" fill-opacity="${round(0.04 + 0.96 * share)}"/>${numbers}</g>`;
    });
  });
  const room = Math.max(2, Math.min(LABEL_LENGTH, Math.floor(cell.width / 6.4)));
  const heads = labels.map((label, i) => {
    const x = round(left + (i + 0.5) * cell.width);
    const y = round(top + (i + 0.5) * cell.height + 4);
    return html`<text class="tick" x="${x}" y="${top - 7}" text-anchor="middle">${shorten(label, room)}</text><text class="tick" x="${left - 7}" y="${y}" text-anchor="end">${shorten(label, LABEL_LENGTH)}</text>`;
  });
  return html`<svg class="plot" viewBox="0 0 ${plotSize.width} ${plotSize.height}" role="img" aria-labelledby="confusion-t confusion-d">
<title id="confusion-t">Confusion matrix</title><desc id="confusion-d">${formatCount(right)} of ${formatCount(total)} rows are predicted right. Rows are actual, columns predicted classes.</desc>
${cells}${heads}
<text class="label" x="${round((left + plotSize.width - 12) / 2)}" y="14" text-anchor="middle">predicted</text>
<text class="label" transform="translate(13 ${round((top + plotSize.height) / 2)}) rotate(-90)" text-anchor="middle">actual</text>
</svg>`;
}
