import { formatFixed, formatPercent } from '#domain/text/format-number';
import type { ClassCurves } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { frame, linePath } from './frame.ts';

interface Named {
  readonly mark: string;
  readonly text: string;
}

/** What the lines of several small plots mean, above them. */
export const key = (entries: readonly Named[]): Html =>
  html`<p class="key">${entries.map(({ mark, text }) => html`<span><svg viewBox="0 0 22 10" aria-hidden="true"><path class="line ${mark}" d="M1 5H21"/></svg>${text}</span>`)}</p>`;

const kinds = {
  roc: { title: 'ROC curve', x: 'false-positive rate', y: 'true-positive rate' },
  pr: { title: 'Precision-recall curve', x: 'recall', y: 'precision' },
} as const;

/**
 * A curve of one class against all others, with what chance gives.
 *
 * @param index of the class: ids on the page follow from it
 * @param champion the same of the champion, on the same rows
 */
export function classCurvePlot(
  kind: keyof typeof kinds,
  own: ClassCurves,
  index: number,
  champion: ClassCurves | undefined,
): Html {
  const { title, x, y } = kinds[kind];
  return frame({
    id: `${kind}-class-${index}`,
    title: `${title} of class ${own.class}`,
    description: `${formatPercent(own.share)} of the rows are of this class. The area under its ROC curve is ${formatFixed(own.auc, 3)}${champion ? `, that of the champion ${formatFixed(champion.auc, 3)}` : ''}.`,
    x: { label: x, low: 0, high: 1 },
    y: { label: y, low: 0, high: 1 },
    draw: (scales) => {
      const chance = { x: [0, 1], y: kind === 'roc' ? [0, 1] : [own.share, own.share] };
      return html`<path class="line chance" d="${linePath(chance, scales)}"/>
${champion ? html`<path class="line champion" d="${linePath(champion[kind], scales)}"/>` : undefined}
<path class="line candidate" d="${linePath(own[kind], scales)}"/>`;
    },
  });
}
