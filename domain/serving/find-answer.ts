import { PredictionError, type TidegateError } from '#domain/errors';

/** A model that may be behind an endpoint. */
interface Served {
  readonly runId: string;
}

/** What came of a request to one model: its answer, the answer of another model, or a failure of the model that received it. */
export type Attempt<A> =
  | { readonly kind: 'answered'; readonly answer: A }
  | { readonly kind: 'other' }
  | { readonly kind: 'failed'; readonly error: TidegateError };

/** The most requests for one answer. With two models behind an endpoint, fewer than one request in a million needs them all. */
export const mostTries = 25;
/** The requests to the only model that can serve, before another one must have been put in its place. */
const mostAlone = 3;

/**
 * Sends rows to an endpoint until the model that they were encoded for is the one that answers. What another model answers is
 * discarded, because it read inputs that were made for the first. A model that rejects a request may be another one too: its
 * inputs may have another number of columns.
 *
 * The two models of a roll-out take turns. Let s be the share of traffic of the new model, and T the expected number of requests
 * from an encoding for the old one: T = 1 + s·U, where U = 1 + (1 − s)·T is the number from an encoding for the new one. So
 * T = (1 + s) / (1 − s + s²): 1.43 for a canary of 20 %, 2 for one of 50 %, and at most 2.16 for any share. Each request starts
 * with the model that answered the last one, so most start with the model that has most of the traffic.
 *
 * Which models may serve is read for each request, because two models may answer alike and still differ: after a run with another
 * threshold on the same data, only the champion's record says which of them serves.
 *
 * @param lastRunId the run of the model that answered last, if known
 * @param current reads the models that may serve now, the champion first
 * @param ask encodes the rows for a model, sends them, and checks which model answered
 * @throws PredictionError when no model answers for itself; what `current` and `ask` throw
 */
export async function findAnswer<M extends Served, A>(
  lastRunId: string | undefined,
  current: () => Promise<readonly M[]>,
  ask: (model: M) => Promise<Attempt<A>>,
): Promise<{ readonly model: M; readonly answer: A; readonly tries: number }> {
  let turns = lastRunId === undefined ? await current() : startingWith(lastRunId, await current());
  let refused: { readonly runId: string; readonly attempt: Attempt<A> } | undefined;
  let alone = 0;
  for (let tries = 1; tries <= mostTries; tries++) {
    if (turns.length === 0) {
      const models = await current();
      const others = models.filter(({ runId }) => runId !== refused?.runId);
      if (others.length > 0) alone = 0;
      else if (refused?.attempt.kind === 'failed') throw refused.attempt.error;
      else if (++alone === mostAlone) throw strangerAnswered(refused?.runId);
      turns = [...others, ...models.filter((model) => !others.includes(model))];
    }
    const [model, ...rest] = turns;
    if (model === undefined) break;
    turns = rest;
    const attempt = await ask(model);
    if (attempt.kind === 'answered') return { model, answer: attempt.answer, tries };
    refused = { runId: model.runId, attempt };
  }
  if (refused?.attempt.kind === 'failed') throw refused.attempt.error;
  throw new PredictionError(
    `In ${mostTries} tries, no model answered the rows that were encoded for it: a deployment is under way. Try again.`,
    { problem: 'model-changing' },
  );
}

const startingWith = <M extends Served>(first: string, models: readonly M[]): readonly M[] => [
  ...models.filter(({ runId }) => runId === first),
  ...models.filter(({ runId }) => runId !== first),
];

const strangerAnswered = (runId = 'unknown') =>
  new PredictionError(
    `The endpoint does not answer as the champion does (run ${runId}), and no deployment is under way: the endpoint was changed by hand. Deploy a model again.`,
    { problem: 'unknown-model' },
  );
