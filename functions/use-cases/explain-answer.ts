import { calibrationOf } from '#domain/calibration/registry';
import { PredictionError } from '#domain/errors';
import { nodesOf } from '#domain/explanations/explain-model';
import { createExplainer, type Explainer } from '#domain/explanations/explainer';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import type { Scored } from '#functions/use-cases/ask-model';
import type { PredictResponse } from '#schemas/events/predict';
import { treeModelSchema } from '#schemas/records/tree-model';

/** An explainer, and how many rows of one request it may explain. */
export interface LoadedExplainer extends Explainer {
  readonly mostRows: number;
}

export type PredictedExplanation = NonNullable<PredictResponse['predictions'][number]['explanation']>;

/** The dependencies of explaining answers. */
export interface AnswerExplanationPorts {
  readonly artifacts: Pick<ObjectStore, 'readJson'>;
  /** Explainers by the key of their trees: a run's records never change. */
  readonly cache: { readonly explainers: Map<string, LoadedExplainer> };
}

/** Nodes of trees that the rows of one request cross together, at most: some ten seconds. */
const mostNodes = 60_000_000;

/** An endpoint answers in 32-bit numbers, written as text. */
const tolerance = 1e-3;

async function loadExplainer(
  { artifacts, cache: { explainers } }: AnswerExplanationPorts,
  run: RunPointer,
  fitted: Scored['fitted'],
): Promise<LoadedExplainer> {
  const { trees: key } = artifactKeys(run);
  const known = explainers.get(key);
  if (known) return known;
  const trees = await ifThere(artifacts.readJson(key, treeModelSchema));
  if (trees === undefined) {
    throw new PredictionError(
      `The model of ${run.pipeline} in service cannot be explained: it was trained by an earlier version of Tidegate, or is not made of trees. The report of run ${run.runId} says why.`,
      { problem: 'not-explained' },
    );
  }
  const loaded = { ...createExplainer(fitted, trees), mostRows: Math.max(1, Math.floor(mostNodes / nodesOf(trees))) };
  explainers.set(key, loaded);
  return loaded;
}

/**
 * What each column contributes to each of a model's answers.
 *
 * @throws PredictionError when the model cannot be explained, or answers something else than its trees: another file serves
 */
export async function explainAnswer(
  ports: AnswerExplanationPorts,
  run: RunPointer,
  { fitted, encoded, scores, point: { calibration } }: Pick<Scored, 'fitted' | 'encoded' | 'scores' | 'point'>,
): Promise<PredictedExplanation[]> {
  const { unit, columns, explain, mostRows } = await loadExplainer(ports, run, fitted);
  if (encoded.rows > mostRows) {
    throw new PredictionError(
      `The model is large: at most ${mostRows} rows a request are explained. Send several requests, or leave out explain.`,
      { problem: 'invalid-rows' },
    );
  }
  const calibrated = calibration && calibrationOf(calibration);
  const width = fitted.features.length;
  const perRow = scores.length / encoded.rows;
  return Array.from({ length: encoded.rows }, (_, row) => {
    const explained = explain(encoded.values.subarray(row * width, (row + 1) * width));
    const answers = scores.subarray(row * perRow, (row + 1) * perRow);
    const differs = explained.scores.some((score, i) => {
      const answer = answers[i] as number;
      const own = calibrated ? calibrated(score) : score;
      return !(Math.abs(own - answer) <= tolerance * Math.max(1, Math.abs(answer)));
    });
    if (differs || explained.scores.length !== perRow) {
      throw new PredictionError(
        `The contributions do not add up to the answer of the endpoint: it serves another model than that of run ${run.runId}. Deploy a model again.`,
        { problem: 'not-explained' },
      );
    }
    const group = perRow === 1 ? 0 : answers.indexOf(Math.max(...answers));
    const { expected, parts } = explained.groups[group] as (typeof explained.groups)[number];
    return {
      unit,
      ...(perRow === 1 ? {} : { class: fitted.label.classes[group] as string }),
      expected,
      ...(calibrated ? { uncalibrated: explained.scores[0] as number } : {}),
      contributions: Object.fromEntries(columns.map(({ column }, i) => [column, parts[i] as number])),
    };
  });
}
