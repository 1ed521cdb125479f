import type * as z from 'zod';
import { isInShare } from '#domain/challenges/arms';
import { challengeMode } from '#domain/challenges/registry';
import { classAnswers } from '#domain/data/label-answers';
import type { RawRow, RowGaps } from '#domain/data/online';
import { describePredictions } from '#domain/evaluation/predictions';
import { findAnswer } from '#domain/serving/find-answer';
import { rowIds } from '#domain/serving/row-ids';
import { unreachable } from '#domain/unreachable';
import { readChallenge } from '#functions/claims/challenges';
import { readServedModels, type ServedModel } from '#functions/claims/served-models';
import type { StateStore } from '#functions/ports/state-store';
import {
  askChallenger,
  type ChallengerAnswer,
  type ChallengerPorts,
  loggedAnswer,
} from '#functions/use-cases/ask-challenger';
import { askModel, type LoadedTransform, loadTransform, type Scored } from '#functions/use-cases/ask-model';
import { explainAnswer, type LoadedExplainer } from '#functions/use-cases/explain-answer';
import { type LoggingPorts, logPrediction } from '#functions/use-cases/log-prediction';
import type { PredictResponse, predictRequestSchema } from '#schemas/events/predict';
import type { Challenge } from '#schemas/records/challenge';
import type { LoggedAnswer } from '#schemas/records/prediction';

export type { LoadedTransform } from '#functions/use-cases/ask-model';

/** What is kept between calls. */
export interface PredictionCache {
  /** Transforms by key: a run's records never change. */
  readonly transforms: Map<string, LoadedTransform>;
  /** The run whose model answered last, by pipeline. */
  readonly answered: Map<string, string>;
  /** Explainers by key, of the models whose answers were explained. */
  readonly explainers: Map<string, LoadedExplainer>;
}

/** The dependencies of predicting. */
export interface PredictionPorts extends ChallengerPorts, LoggingPorts {
  readonly store: StateStore;
  /** A new inference id: a UUIDv7. */
  readonly newId: () => string;
  /** The time, ISO 8601. */
  readonly clock: () => string;
  /** Publishes what a fleet predicted. */
  readonly publish: (fleet: Pick<ServedModel, 'endpointName' | 'endpointConfigName'>, predicted: Float64Array) => void;
  readonly cache: PredictionCache;
  /** Milliseconds that a request may wait for an endpoint with a queue. */
  readonly patienceMs: number;
}

interface Answer {
  readonly model: ServedModel;
  readonly answer: Scored;
}

/** A request, and the challenge that it takes part in. */
interface Request {
  readonly name: string;
  readonly inferenceId: string;
  readonly rows: readonly RawRow[];
  /** How long it may wait for an endpoint with a queue, by `now`. */
  readonly until: number;
}

const shownGaps = ({ missing, unknown }: RowGaps = { missing: [], unknown: [] }) => ({
  ...(missing.length > 0 ? { missing: [...missing] } : {}),
  ...(unknown.length > 0 ? { unknown: [...unknown] } : {}),
});

/** The answer of the champion, or of the model that is being rolled out: see `findAnswer`. */
async function askServed(
  ports: PredictionPorts,
  { name, rows, until }: Request,
  known: readonly ServedModel[],
): Promise<Answer> {
  const { answered } = ports.cache;
  let first: readonly ServedModel[] | undefined = known;
  const current = async () => {
    const models = first ?? (await readServedModels(ports.store, name));
    first = undefined;
    return models;
  };
  const { model, answer } = await findAnswer(answered.get(name), current, (served) =>
    askModel(ports, name, rows, served, until),
  );
  answered.set(name, model.runId);
  return { model, answer };
}

/** Whether a request belongs to the challenger's share: the same ids always do, or never, so a customer meets one model. */
const isChallengers = ({ id, settings }: Challenge, { inferenceId }: Request, ids: readonly (string | undefined)[]) =>
  isInShare(id, ids.some((one) => one !== undefined) ? JSON.stringify(ids) : inferenceId, settings.share);

/** The answer for the caller, and every answer as the log has it, where it is logged. */
interface Contest extends Answer {
  readonly answers: () => readonly LoggedAnswer[];
  /** Whether the request belongs to the challenge. */
  readonly counts: boolean;
}

const byChampion = ({ model, answer }: Answer, { rows }: Pick<Request, 'rows'>): LoggedAnswer =>
  loggedAnswer(model, 'champion', true, { scored: answer, latencyMs: answer.latencyMs }, rows);
const byChallenger = (asked: ChallengerAnswer, returned: boolean, { rows }: Request): LoggedAnswer =>
  loggedAnswer(asked.served, 'challenger', returned, asked, rows);

/** Whether the champion of a challenge answered: a roll-out of another version may be under way. */
const isChampions = ({ champion }: Challenge, { model }: Answer): boolean => model.runId === champion.runId;

/** Asks the models as the challenge says. A challenger never fails a request, and never holds one up beyond its bound. */
async function contest(
  ports: PredictionPorts,
  request: Request,
  known: readonly ServedModel[],
  challenge: Challenge,
): Promise<Contest> {
  const { answers } = challengeMode(challenge.mode);
  switch (answers) {
    case 'beside': {
      const isAsked = isInShare(challenge.id, request.inferenceId, challenge.settings.share);
      const served = askServed(ports, request, known);
      const asked = isAsked ? askChallenger(ports, challenge, request.rows) : undefined;
      const answer = await served;
      const beside = await asked;
      const logged = () => [byChampion(answer, request), ...(beside ? [byChallenger(beside, false, request)] : [])];
      return { ...answer, answers: logged, counts: isAsked && isChampions(challenge, answer) };
    }
    case 'instead': {
      const { pipeline } = await loadTransform(ports, request.name, challenge.champion.runId);
      const isAsked = isChallengers(challenge, request, rowIds(pipeline, request.rows));
      const asked = isAsked ? await askChallenger(ports, challenge, request.rows) : undefined;
      if (asked && 'scored' in asked) {
        const answer = { model: asked.served, answer: asked.scored };
        return { ...answer, answers: () => [byChallenger(asked, true, request)], counts: true };
      }
      const answer = await askServed(ports, request, known);
      const logged = () => [...(asked ? [byChallenger(asked, false, request)] : []), byChampion(answer, request)];
      return { ...answer, answers: logged, counts: isChampions(challenge, answer) };
    }
    default:
      return unreachable(answers, 'mode of a challenge');
  }
}

/** A challenge whose challenger receives requests now: it compares with the champion that serves. */
const isRunning = (challenge: Challenge | undefined, [champion]: readonly ServedModel[]): challenge is Challenge =>
  challenge?.status === 'running' && challenge.champion.runId === champion?.runId;

/**
 * Predicts raw rows: encodes them with the SQL that encoded the training rows, scores them on the endpoint, and returns the version of
 * the model that answered too. Each answer names the columns that told the model nothing. While a deployment moves the traffic, each
 * answer is by one of the two models, from inputs that were made for that model: see `findAnswer`. While a challenge is under way, the
 * challenger answers too, or instead, and the request is logged.
 *
 * @throws PredictionError when a row is invalid, no model of the pipeline is in service, the endpoint serves an unknown one, or its
 * queue has not come to the request in time, or its answers were to be explained and cannot be
 */
export async function predict(
  ports: PredictionPorts,
  { pipeline: name, rows, explain = false }: z.output<typeof predictRequestSchema>,
): Promise<PredictResponse> {
  const request: Request = { name, rows, inferenceId: ports.newId(), until: ports.now() + ports.patienceMs };
  const { inferenceId } = request;
  const [known, challenge] = await Promise.all([readServedModels(ports.store, name), readChallenge(ports.store, name)]);
  const running = isRunning(challenge, known) ? challenge : undefined;
  const { model, answer, answers, counts } = running
    ? await contest(ports, request, known, running)
    : await askServed(ports, request, known).then((own) => ({
        ...own,
        answers: () => [byChampion(own, request)],
        counts: false,
      }));
  if (model.predictionsWatched) ports.publish(model, answer.scores);
  const { pipeline, fitted, point, encoded, scores } = answer;
  if (counts || isInShare('log', inferenceId, pipeline.deployment.log ?? 0)) {
    const record = { inferenceId, at: ports.clock(), pipeline: name, answers: [...answers()] };
    const own = counts && running ? { challenge: running.id } : {};
    await logPrediction(ports, { ...record, ...own }, rowIds(pipeline, rows));
  }
  const predictions = describePredictions(fitted, scores, rows.length, {
    answers: classAnswers(pipeline, fitted.label.onlyNegative),
    threshold: point.threshold,
  });
  const explanations = explain ? await explainAnswer(ports, { pipeline: name, runId: model.runId }, answer) : [];
  return {
    pipeline: name,
    inferenceId,
    model: {
      version: model.modelPackageVersion,
      runId: model.runId,
      modelPackageArn: model.modelPackageArn,
    },
    endpoint: model.endpointName,
    predictions: predictions.map((prediction, i) => ({
      ...prediction,
      ...shownGaps(encoded.gaps[i]),
      ...(explain ? { explanation: explanations[i] } : {}),
    })),
  };
}
