import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { type Html, html } from '../html.ts';
import { niceTicks, timeTicks } from '../ticks.ts';
import { round } from './frame.ts';

/** A value at a time, with its interval. Times are milliseconds since 1970. */
export interface TimedEstimate {
  readonly at: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What is known of a model's performance over time. */
export interface Timeline {
  readonly metric: string;
  /** The metric on the holdout; undefined where no check estimated it. */
  readonly holdout: number | undefined;
  readonly estimated: readonly TimedEstimate[];
  readonly realised: readonly TimedEstimate[];
  readonly alarms: readonly number[];
  /** Checks whose rows were unlike all that the model was evaluated on: they have no estimate. */
  readonly outside: readonly number[];
  readonly deployments: readonly { readonly at: number; readonly version: number }[];
  /** From the first time that is shown to the last. */
  readonly span: readonly [from: number, to: number];
}

const size = { width: 720, height: 330 };
const area = { left: 58, right: 706, top: 46, bottom: 254 };
const lane = 30;

function describe({ metric, estimated, realised, alarms }: Timeline): string {
  const [last, known] = [estimated.at(-1), realised.at(-1)];
  return [
    counted(alarms.length, 'alarm'),
    ...(last ? [`last estimate of ${metric} ${formatNumber(last.value)}`] : []),
    ...(known ? [`last realised ${metric} ${formatNumber(known.value)}`] : []),
  ].join(', ');
}

/** The least and the greatest value, with some room. */
function valueRange({ estimated, realised, holdout }: Timeline): readonly [number, number] {
  const values = [...estimated, ...realised].flatMap(({ value, low, high }) => [value, low, high]);
  const all = holdout === undefined ? values : [...values, holdout];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const room = most > least ? (most - least) * 0.06 : Math.max(Math.abs(most) * 0.05, 0.01);
  return [least - room, most + room];
}

/** The legend below the axis, without what is not drawn. */
function legend({ estimated, realised, holdout, alarms, outside, deployments }: Timeline): Html[] {
  const entries: readonly (readonly [mark: Html, text: string, drawn: boolean])[] = [
    [
      html`<path class="whisker candidate" d="M8 -7V7"/><circle class="point candidate" cx="8" cy="0" r="4"/>`,
      'estimated, 95 % interval',
      estimated.length > 0,
    ],
    [
      html`<path class="whisker champion" d="M8 -7V7"/><rect class="point champion" x="4" y="-4" width="8" height="8"/>`,
      'realised by labels',
      realised.length > 0,
    ],
    [html`<path class="line best" d="M0 0h16"/>`, 'holdout', holdout !== undefined],
    [html`<path class="cross" d="M4 -4l8 8M12 -4l-8 8"/>`, 'alarm', alarms.length > 0],
    [html`<text class="legend" x="4" y="4">?</text>`, 'no estimate: outside', outside.length > 0],
    [html`<path class="line threshold" d="M8 -7V7"/>`, 'deployment', deployments.length > 0],
  ];
  let left = 8;
  return entries.flatMap(([mark, text, drawn]) => {
    if (!drawn) return [];
    const at = left;
    left += 32 + text.length * 6;
    return html`<g transform="translate(${round(at)} ${size.height - 12})">${mark}<text class="legend" x="21" y="4">${text}</text></g>`;
  });
}

/**
 * Estimated and realised performance over time: circles and squares with their intervals, crosses for alarms above, a dashed line for each
 * deployment with its version.
 *
 * @param id unique within the page
 * @param timeline with at least one estimated or realised value
 */
export function performanceTimeline(id: string, timeline: Timeline): Html {
  const { metric, holdout, estimated, realised, alarms, outside, deployments, span } = timeline;
  const [low, high] = valueRange(timeline);
  const room = Math.max((span[1] - span[0]) * 0.03, 60_000);
  const [from, to] = [span[0] - room, span[1] + room];
  const x = (at: number): number => round(area.left + ((at - from) / (to - from)) * (area.right - area.left));
  const y = (value: number): number => round(area.bottom - ((value - low) / (high - low)) * (area.bottom - area.top));
  const values = niceTicks(low, high, 5);
  const times = timeTicks(from, to, 6);
  const grid = [
    ...values.values.map(
      (value, i) =>
        html`<path class="grid" d="M${area.left} ${y(value)}H${area.right}"/><text class="tick" x="${area.left - 8}" y="${round(y(value) + 4)}" text-anchor="end">${values.labels[i]}</text>`,
    ),
    ...times.values.map(
      (at, i) =>
        html`<path class="grid" d="M${x(at)} ${area.top}V${area.bottom}"/><text class="tick" x="${x(at)}" y="${area.bottom + 17}" text-anchor="middle">${times.labels[i]}</text>`,
    ),
  ];
  const whiskers = (points: readonly TimedEstimate[]): string =>
    points.map((own) => `M${x(own.at)} ${y(own.low)}V${y(own.high)}`).join('');
  const path = estimated.map((own, i) => `${i === 0 ? 'M' : 'L'}${x(own.at)} ${y(own.value)}`).join('');
  const shown = deployments.filter(({ at }) => at >= from && at <= to);
  return html`<svg class="plot timeline" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${metric} over time</title><desc id="${id}-d">${describe(timeline)}.</desc>
${grid}<path class="axis" d="M${area.left} ${area.top}V${area.bottom}H${area.right}"/>
${shown.map(({ at, version }) => html`<path class="line threshold" d="M${x(at)} ${area.top - 28}V${area.bottom}"/><text class="tick" x="${x(at) + 4}" y="${area.top - 30}">v${version}</text>`)}
${holdout === undefined ? undefined : html`<path class="line best" d="M${area.left} ${y(holdout)}H${area.right}"/>`}
<path class="line candidate faint" d="${path}"/><path class="whisker candidate" d="${whiskers(estimated)}"/>${estimated.map((own) => html`<circle class="point candidate" cx="${x(own.at)}" cy="${y(own.value)}" r="4.5"/>`)}
<path class="whisker champion" d="${whiskers(realised)}"/>${realised.map((own) => html`<rect class="point champion" x="${round(x(own.at) - 4.5)}" y="${round(y(own.value) - 4.5)}" width="9" height="9"/>`)}
<path class="cross" d="${alarms.map((at) => `M${round(x(at) - 4)} ${lane - 4}l8 8M${round(x(at) + 4)} ${lane - 4}l-8 8`).join('')}"/>
${outside.map((at) => html`<text class="legend" x="${x(at)}" y="${lane + 18}" text-anchor="middle">?</text>`)}
<text class="label" x="${(area.left + area.right) / 2}" y="${area.bottom + 38}" text-anchor="middle">end of the window (UTC)</text>
<text class="label" transform="translate(13 ${(area.top + area.bottom) / 2}) rotate(-90)" text-anchor="middle">${metric}</text>
${legend({ ...timeline, deployments: shown })}
</svg>`;
}
