import * as z from 'zod';
import { type Contenders, defineMode, type Evidence, type Judgement } from '#domain/challenges/challenge-mode';
import { decisionOf } from '#domain/challenges/decisions';
import { addLatency, latencyPercentile } from '#domain/challenges/latency-histogram';
import { addNumber, deviationOf, noMoments } from '#domain/challenges/moments';
import { commonSettings } from '#domain/challenges/settings';
import { formatNumber } from '#domain/text/format-number';

const limit = (description: string, usual: number, max?: number) =>
  (max === undefined ? z.number().gt(0) : z.number().min(0).max(max)).default(usual).meta({
    description: `${description} More: the challenger has lost.`,
    examples: [usual / 2],
  });

const settings = z
  .strictObject({
    mode: z.literal('shadow'),
    ...commonSettings(100),
    share: commonSettings(100).share.default(100),
    hours: z
      .number()
      .min(0)
      .max(24 * 60)
      .default(24)
      .meta({ description: 'How long the challenger must have been beside the champion to win.', examples: [72] }),
    maxChangedDecisions: limit(
      'The share of rows for which the challenger may decide on another class than the champion. Not for regression.',
      0.1,
      1,
    ),
    maxMeanShift: limit(
      "How far the challenger's mean prediction may be from the champion's, in standard deviations of the champion's predictions. Not for multiclass.",
      0.25,
    ),
    maxErrorRate: limit("The share of the challenger's requests that may fail or be too late.", 0.01, 1),
    maxLatencyRatio: limit("The challenger's 95th percentile of the latency, as a multiple of the champion's.", 2),
  })
  .refine(({ hours, maxDays }) => hours <= maxDays * 24, { path: ['hours'], error: 'must end before maxDays' });

const count = z.int().min(0);
const moments = z.object({ count, mean: z.number(), squares: z.number() });
const histogram = z.record(z.string(), count);
const totals = z.object({
  requests: count,
  failed: count,
  /** Rows that both models answered. */
  rows: count,
  /** Rows that the challenger received. */
  received: count,
  decided: count,
  changed: count,
  champion: z.object({ predictions: moments, latencies: histogram }),
  challenger: z.object({ predictions: moments, latencies: histogram }),
});
type Totals = z.output<typeof totals>;

/** Adds one request that both models received. */
function fold(sum: Totals, { prediction }: Evidence, { champion, challenger }: Contenders): Totals {
  const own = prediction.answers.find(({ role }) => role === 'challenger');
  const other = prediction.answers.find(({ role }) => role === 'champion');
  if (!own || !other || other.error !== undefined) return sum;
  const rows = prediction.rows.length;
  const received = { ...sum, requests: sum.requests + 1, received: sum.received + rows };
  if (own.error !== undefined) return { ...received, failed: sum.failed + 1 };
  let { changed, decided } = sum;
  let [before, after] = [sum.champion.predictions, sum.challenger.predictions];
  for (let row = 0; row < rows; row++) {
    const decision = decisionOf(champion, other.scores, row);
    if (decision !== undefined) {
      decided++;
      if (decision !== decisionOf(challenger, own.scores, row)) changed++;
    }
    if (champion.task === 'multiclass') continue;
    before = addNumber(before, other.scores[row] ?? 0);
    after = addNumber(after, own.scores[row] ?? 0);
  }
  return {
    ...received,
    rows: sum.rows + rows,
    decided,
    changed,
    champion: { predictions: before, latencies: addLatency(sum.champion.latencies, other.latencyMs) },
    challenger: { predictions: after, latencies: addLatency(sum.challenger.latencies, own.latencyMs) },
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Distance of the means in standard deviations of the champion; without a spread, any distance at all is beyond every limit. */
function shiftOf({ champion, challenger }: Totals): number {
  const distance = Math.abs(challenger.predictions.mean - champion.predictions.mean);
  const spread = deviationOf(champion.predictions);
  if (distance === 0) return 0;
  return spread === 0 ? Number.MAX_SAFE_INTEGER : distance / spread;
}

function judge(sum: Totals, given: z.output<typeof settings>, elapsed: { readonly hours: number }): Judgement {
  const p95 = (latencies: Readonly<Record<string, number>>) => latencyPercentile(latencies, 95) ?? 0;
  const [before, after] = [p95(sum.champion.latencies), p95(sum.challenger.latencies)];
  const errorRate = share(sum.failed, sum.requests);
  const limits = [
    { name: 'errorRate', value: errorRate, most: given.maxErrorRate, what: 'the share of failed requests' },
    ...(sum.decided > 0
      ? [
          {
            name: 'changedDecisions',
            value: share(sum.changed, sum.decided),
            most: given.maxChangedDecisions,
            what: 'the share of changed decisions',
          },
        ]
      : []),
    ...(sum.champion.predictions.count > 0
      ? [{ name: 'meanShift', value: shiftOf(sum), most: given.maxMeanShift, what: 'the shift of the mean prediction' }]
      : []),
    ...(before > 0
      ? [
          {
            name: 'latencyRatio',
            value: after / before,
            most: given.maxLatencyRatio,
            what: 'the ratio of the latencies (p95)',
          },
        ]
      : []),
  ];
  const measures = {
    rows: sum.rows,
    requests: sum.requests,
    ...Object.fromEntries(limits.map(({ name, value }) => [name, value])),
    ...(before > 0 ? { championP95Ms: before, challengerP95Ms: after } : {}),
  };
  const undecided = (reason: string): Judgement => ({ verdict: 'undecided', reasons: [reason], measures });
  if (sum.received < given.minRows) return undecided(`${sum.received} of ${given.minRows} rows so far.`);
  const beyond = limits.filter(({ value, most }) => value > most);
  if (beyond.length > 0) {
    const reasons = beyond.map(
      ({ what, value, most }) => `${what} is ${formatNumber(value)}, at most ${formatNumber(most)} is allowed.`,
    );
    return { verdict: 'lost', reasons: reasons.map((text) => text.charAt(0).toUpperCase() + text.slice(1)), measures };
  }
  if (sum.rows < given.minRows) return undecided(`${sum.rows} of ${given.minRows} rows were compared so far.`);
  if (elapsed.hours < given.hours) {
    return undecided(
      `${formatNumber(elapsed.hours)} of ${formatNumber(given.hours)} hours so far; every limit is kept.`,
    );
  }
  return { verdict: 'won', reasons: [`Every limit is kept over ${sum.rows} rows.`], measures };
}

/** Compares what both models answer for the same requests. No label is needed: it shows that a challenger is safe, not that it is better. */
export const shadow = defineMode({
  name: 'shadow',
  summary: 'The challenger answers the same requests as the champion, and no caller sees its answers.',
  answers: 'beside',
  reads: 'predictions',
  tasks: ['binary', 'multiclass', 'regression'],
  settings,
  totals,
  example: { mode: 'shadow', hours: 24, minRows: 500 },
  empty: () => ({
    requests: 0,
    failed: 0,
    rows: 0,
    received: 0,
    decided: 0,
    changed: 0,
    champion: { predictions: noMoments, latencies: {} },
    challenger: { predictions: noMoments, latencies: {} },
  }),
  fold,
  judge,
});
