import type { RawRow } from '#domain/data/online';
import { EvaluationError, PredictionError } from '#domain/errors';
import { loggedRows } from '#domain/serving/logged-rows';
import type { ServedModel } from '#functions/claims/served-models';
import { type AskingPorts, askModel, type Scored } from '#functions/use-cases/ask-model';
import type { Challenge } from '#schemas/records/challenge';
import type { LoggedAnswer } from '#schemas/records/prediction';

/** The dependencies of asking a challenger. */
export interface ChallengerPorts extends AskingPorts {
  /** Waits for some milliseconds, or until the signal. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** What a challenger answered, or why it did not: a code. */
export type ChallengerAnswer = { readonly served: ServedModel; readonly latencyMs: number } & (
  | { readonly scored: Scored }
  | { readonly error: string }
);

/** The result of some work, or undefined when it takes too long. */
export async function within<T>(wait: ChallengerPorts['wait'], ms: number, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  const late = wait(ms, over.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

/** The code of an error, never its text, which may repeat the request. */
function codeOf(error: unknown): string {
  if (error instanceof PredictionError) return error.problem;
  return error instanceof EvaluationError ? 'model-failed' : 'unavailable';
}

/**
 * Sends rows to a challenger, on its own endpoint and by its own transform. Whatever goes wrong is a code in the result, and it takes no
 * longer than the challenge allows: `slow`.
 */
export async function askChallenger(
  ports: ChallengerPorts,
  { pipeline, challenger, settings }: Challenge,
  rows: readonly RawRow[],
): Promise<ChallengerAnswer> {
  const served: ServedModel = {
    runId: challenger.run.runId,
    modelPackageArn: challenger.modelPackageArn,
    modelPackageVersion: challenger.modelPackageVersion,
    endpointName: challenger.endpointName,
    endpointConfigName: challenger.endpointConfigName,
    predictionsWatched: false,
  };
  const start = ports.now();
  const failed = (error: string): ChallengerAnswer => ({
    served,
    error,
    latencyMs: Math.max(0, Math.round((ports.now() - start) * 10) / 10),
  });
  const asked = askModel(ports, pipeline, rows, served, start + settings.waitMs).then(
    (attempt): ChallengerAnswer => {
      switch (attempt.kind) {
        case 'answered':
          return { served, scored: attempt.answer, latencyMs: attempt.answer.latencyMs };
        case 'other':
          return failed('other-model');
        case 'failed':
          return failed(codeOf(attempt.error));
        default:
          return attempt satisfies never;
      }
    },
    (error: unknown) => failed(codeOf(error)),
  );
  return (await within(ports.wait, settings.waitMs, asked)) ?? failed('slow');
}

/** An answer as the log has it. @param rows of the request */
export const loggedAnswer = (
  { runId, modelPackageVersion, endpointName }: ServedModel,
  role: LoggedAnswer['role'],
  returned: boolean,
  { scored, error, latencyMs }: { readonly scored?: Scored; readonly error?: string; readonly latencyMs: number },
  rows: readonly RawRow[],
): LoggedAnswer => ({
  runId,
  modelPackageVersion,
  endpointName,
  role,
  returned,
  scores: scored ? [...scored.scores] : [],
  ...(scored ? loggedRows(scored.pipeline, scored.slices, rows, scored.encoded) : {}),
  latencyMs,
  ...(error === undefined ? {} : { error }),
});
