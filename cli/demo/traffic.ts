import { setTimeout as sleep } from 'node:timers/promises';
import type { PredictResponse } from '#schemas/events/predict';
import { predictRows } from '../commands/predict.ts';
import type { PredictionRow } from '../prediction-rows.ts';
import type { Target } from '../target.ts';

/** What one version of a model answered. */
export interface VersionTally {
  answers: number;
  rows: number;
  /** Of the scores of all rows. */
  sum: number;
}

/** What was answered so far, by version, and what failed, with how often. */
export interface Tally {
  readonly versions: ReadonlyMap<number, VersionTally>;
  readonly failures: ReadonlyMap<string, number>;
}

export interface Traffic {
  /** The tally since the last call. */
  readonly take: () => Tally;
  /** Ends the traffic and waits for the last answer. @returns the tally of all requests */
  readonly stop: () => Promise<Tally>;
}

/** Invented applicants, as many as the alarm `predictions` needs of each fleet in a minute. */
export const applicants: readonly PredictionRow[] = Array.from({ length: 40 }, (_, i) => ({
  income: 20_000 + 2_000 * i,
  amount: 5_000 + 300 * i,
  term: i % 2 === 0 ? 36 : 60,
  purpose: i % 3 === 0 ? 'car' : 'debt_consolidation',
  home: i % 2 === 0 ? 'RENT' : 'MORTGAGE',
  employment_years: i % 12,
  dti: 5 + i / 2,
  inquiries: i % 4,
  prior_defaults: i % 5 === 0 ? 1 : 0,
  utilisation: (i % 10) / 10,
}));

const emptyTally = () => ({ versions: new Map<number, VersionTally>(), failures: new Map<string, number>() });

/** Adds an answer to what its version answered before. */
export function addAnswer(
  versions: Map<number, VersionTally>,
  { model, predictions }: Pick<PredictResponse, 'model' | 'predictions'>,
): void {
  const tally = versions.get(model.version) ?? { answers: 0, rows: 0, sum: 0 };
  versions.set(model.version, tally);
  tally.answers++;
  for (const prediction of predictions) {
    tally.rows++;
    tally.sum += 'score' in prediction ? prediction.score : 0;
  }
}

/** Predicts the applicants again and again, a request after the other, until it is stopped. */
export function startTraffic(
  target: Pick<Target, 'lambda' | 'outputs'>,
  pipeline: string,
  { pauseMs = 100 }: { readonly pauseMs?: number } = {},
): Traffic {
  const whole = emptyTally();
  let part = emptyTally();
  let over = false;
  const asking = (async () => {
    while (!over) {
      await predictRows(target, pipeline, applicants).then(
        (answer) => {
          for (const { versions } of [whole, part]) addAnswer(versions, answer);
        },
        ({ message }: Error) => {
          for (const { failures } of [whole, part]) failures.set(message, (failures.get(message) ?? 0) + 1);
        },
      );
      await sleep(pauseMs);
    }
  })();
  return {
    take() {
      const taken = part;
      part = emptyTally();
      return taken;
    },
    async stop() {
      over = true;
      await asking;
      return whole;
    },
  };
}

/** The tally of some seconds as a line: the share of the answers and the mean score of each version. */
export function tallyText({ versions, failures }: Tally): string {
  const failed = [...failures.values()].reduce((sum, times) => sum + times, 0);
  const all = [...versions.values()].reduce((sum, { answers }) => sum + answers, 0);
  const parts = [...versions]
    .toSorted(([a], [b]) => a - b)
    .map(([version, { answers, rows, sum }]) => {
      const share = `${Math.round((100 * answers) / all)} %`;
      return `v${version} ${share.padStart(5)}, mean risk ${((100 * sum) / Math.max(1, rows)).toFixed(1).padStart(4)} %`;
    });
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.length === 0 ? 'no answer yet' : parts.join('   ');
}
