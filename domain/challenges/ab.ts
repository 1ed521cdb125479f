import * as z from 'zod';
import { type Contenders, defineMode, type Evidence, type Judgement } from '#domain/challenges/challenge-mode';
import { addRequest, type LossSums, meanLoss, noLosses } from '#domain/challenges/mean-loss';
import { rowLoss } from '#domain/challenges/row-loss';
import { compareLosses, leastRequests } from '#domain/challenges/sequential-test';
import { commonSettings } from '#domain/challenges/settings';
import { formatNumber } from '#domain/text/format-number';

const settings = z.strictObject({
  mode: z.literal('ab'),
  ...commonSettings(50),
  share: commonSettings(50).share.default(20),
  alpha: z
    .number()
    .min(0.001)
    .max(0.5)
    .default(0.05)
    .meta({
      description:
        'How often a challenger that is as good as the champion may win or lose, however often the outcomes are looked at.',
      examples: [0.01],
    }),
  minimumEffect: z
    .number()
    .default(0)
    .meta({
      description:
        'By how much the mean loss of a row must fall, in units of the loss: log loss for classes, squared error for numbers. Below zero, a challenger wins that is surely not worse by more than this.',
      examples: [0.01, -0.005],
    }),
  maxErrorRate: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .meta({
      description:
        "The share of the challenger's requests that may fail or be too late; the champion answers those. More: the challenger has lost.",
      examples: [0.01],
    }),
});

const count = z.int().min(0);
const sums = z.object({
  requests: count,
  rows: count,
  loss: z.number(),
  lossSquared: z.number(),
  lossTimesRows: z.number(),
  rowsSquared: z.number(),
});
const totals = z.object({
  champion: sums,
  challenger: sums,
  /** Requests that were meant for the challenger, and those among them that it failed. */
  received: count,
  failed: count,
});
type Totals = z.output<typeof totals>;

/** Adds the known outcomes of one request to the model that answered it. */
function fold(sum: Totals, { prediction, outcomes }: Evidence, contenders: Contenders): Totals {
  const { answers, rows } = prediction;
  const challenger = answers.find(({ role }) => role === 'challenger');
  const counts = {
    received: sum.received + (challenger ? 1 : 0),
    failed: sum.failed + (challenger?.error === undefined ? 0 : 1),
  };
  // a request that the champion answered in the place of the challenger was not divided at random
  const answer = challenger === undefined || challenger.error !== undefined ? undefined : challenger;
  const own =
    challenger === undefined ? answers.find(({ role, error }) => role === 'champion' && error === undefined) : answer;
  if (own?.returned !== true) return { ...sum, ...counts };
  const losses = rows.flatMap(({ row }, index) => {
    const value = outcomes?.get(row);
    const loss = value === undefined ? undefined : rowLoss(contenders[own.role], own.scores, index, value);
    return loss === undefined ? [] : [loss];
  });
  if (losses.length === 0) return { ...sum, ...counts };
  const loss = losses.reduce((all, one) => all + one);
  return { ...sum, ...counts, [own.role]: addRequest(sum[own.role], losses.length, loss) };
}

/** The interval is narrowest after so many times the rows before which there is no verdict. */
const tunedFor = 4;

const rowsOf = ({ champion, challenger }: Totals): number => champion.rows + challenger.rows;
const means = ({ champion, challenger }: Readonly<Record<'champion' | 'challenger', LossSums>>) => ({
  ...(champion.rows > 0 ? { championLoss: meanLoss(champion) } : {}),
  ...(challenger.rows > 0 ? { challengerLoss: meanLoss(challenger) } : {}),
});

function judge(sum: Totals, given: z.output<typeof settings>): Judgement {
  const { minRows, minimumEffect, alpha, maxErrorRate } = given;
  const rows = rowsOf(sum);
  const errorRate = sum.received === 0 ? 0 : sum.failed / sum.received;
  const improvement = compareLosses(sum, { alpha, tunedFor: tunedFor * minRows });
  const measures = {
    rows,
    requests: sum.champion.requests + sum.challenger.requests,
    errorRate,
    ...means(sum),
    ...(improvement
      ? { improvement: improvement.estimate, improvementLow: improvement.low, improvementHigh: improvement.high }
      : {}),
  };
  const found = (verdict: Judgement['verdict'], reason: string): Judgement => ({
    verdict,
    reasons: [reason],
    measures,
  });
  if (sum.received >= leastRequests && errorRate > maxErrorRate) {
    return found(
      'lost',
      `The share of failed requests is ${formatNumber(errorRate)}, at most ${formatNumber(maxErrorRate)} is allowed.`,
    );
  }
  if (rows < minRows) return found('undecided', `${rows} of ${minRows} rows with an outcome so far.`);
  if (!improvement) {
    return found(
      'undecided',
      `Each model needs outcomes of ${leastRequests} requests that do not all have the same loss.`,
    );
  }
  const shown = (value: number) => formatNumber(value, { signed: true });
  const { low, high } = improvement;
  const range = `The mean loss of a row falls by ${shown(low)} to ${shown(high)} with ${formatNumber((1 - alpha) * 100)} % confidence at every look, over ${rows} rows`;
  if (low > minimumEffect) return found('won', `${range}: by more than ${shown(minimumEffect)}.`);
  if (high < minimumEffect) return found('lost', `${range}: by less than ${shown(minimumEffect)}.`);
  return found('undecided', `${range}: that decides nothing yet about ${shown(minimumEffect)}.`);
}

/**
 * Callers receive the answers of either model, and outcomes say whose are better. The comparison may be looked at after every outcome:
 * see `sequential-test.ts`.
 */
export const ab = defineMode({
  name: 'ab',
  summary:
    'The challenger answers a share of the requests in the place of the champion, and outcomes decide which is better.',
  answers: 'instead',
  reads: 'outcomes',
  tasks: ['binary', 'multiclass', 'regression'],
  settings,
  totals,
  example: { mode: 'ab', share: 50, minRows: 1000 },
  empty: () => ({ champion: noLosses, challenger: noLosses, received: 0, failed: 0 }),
  fold,
  judge,
});
