import { algorithmOf } from '#domain/algorithms/registry';
import { calibrationOf } from '#domain/calibration/registry';
import { sliceSettings } from '#domain/data/columns';
import { buildBaseline } from '#domain/drift/baseline';
import { driftColumns, type FeatureMatrix } from '#domain/drift/columns';
import { type EmbeddingInputs, embeddingInputs } from '#domain/drift/embeddings/sketch';
import { buildReference } from '#domain/drift/performance/reference';
import { trainingRowsOf } from '#domain/drift/windows/training-rows';
import { claimOfNaiveSplit } from '#domain/evaluation/naive-split';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { parseFeatures } from '#domain/evaluation/score-text';
import { groupsOf, type SliceColumn } from '#domain/evaluation/slice-groups';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { modelFormat } from '#domain/serving/recalibration';
import { judgeSlices } from '#domain/slices/judge';
import type { ObjectStore } from '#functions/ports/object-store';
import { mergeCleanBaseline } from '#functions/shards/clean-baseline';
import { type ExplanationPorts, explainCandidate } from '#functions/shards/explain-candidate';
import { readCopied, readHoldout, readPermuted, readValidation } from '#functions/shards/holdout';
import { chooseOperatingPoint, readOperatingPoint } from '#functions/shards/operating-point';
import { readFormat } from '#functions/shards/run-algorithm';
import { measureCandidate, naiveTask } from '#functions/use-cases/measure-candidate';
import { pipelineSchema } from '#schemas/pipeline';
import type { Baseline } from '#schemas/records/baseline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { Golden } from '#schemas/records/golden';
import { servedConfigSchema } from '#schemas/records/served-config';
import { sidesSchema } from '#schemas/records/sides';

/** The dependencies of evaluation. */
export interface EvaluationPorts extends ExplanationPorts {
  readonly clean: ObjectStore;
  readonly memoryMb: number;
}

type Holdout = Awaited<ReturnType<typeof readHoldout>>;

/** Number of golden requests, and maximum number of rows for the drift baseline. */
const goldenRows = 5;
const baselineRows = 200_000;

/** The champion's own threshold, as it answers requests; the candidate's without a champion. */
async function championThreshold(
  artifacts: ObjectStore,
  champion: RunPointer | null | undefined,
  { threshold }: { readonly threshold: number },
): Promise<number> {
  if (!champion) return threshold;
  const { evaluation } = await artifacts.readJson(artifactKeys(champion).config, servedConfigSchema);
  const point = await readOperatingPoint(artifacts, champion, {
    ...evaluation,
    threshold: evaluation.threshold ?? threshold,
  });
  return point.threshold;
}

/** The first lines of the candidate's holdout features, up to the baseline's row limit. */
async function readFeatureLines(clean: ObjectStore, run: RunPointer, names: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  let rows = 0;
  for (const name of names) {
    if (rows >= baselineRows) break;
    const part = await clean.readText(`${cleanKeys(run).holdout('candidate')}${name}.csv`);
    texts.push(part.endsWith('\n') ? part : `${part}\n`);
    rows += part.split('\n').length - 1;
  }
  return texts.join('').split('\n').slice(0, baselineRows);
}

const namesOf = (embeddings: readonly EmbeddingInputs[]): Pick<Baseline, 'embeddings'> =>
  embeddings.length > 0 ? { embeddings: embeddings.map(({ name }) => name) } : {};

/** The distributions of model inputs and scores that later drift checks compare with. */
function countBaseline(
  fitted: FittedTransform,
  matrix: FeatureMatrix,
  holdout: Holdout,
  embeddings: readonly EmbeddingInputs[],
): Baseline {
  const { task } = fitted;
  const values = holdout.candidate.subarray(0, matrix.rows * scoresPerRow(fitted));
  // the columns of an embedding are watched as a whole
  const parts = new Set(embeddings.flatMap(({ at }) => at.map((place) => fitted.features[place]?.name)));
  const baseline = buildBaseline({
    rows: matrix.rows,
    columns: driftColumns(fitted, matrix).filter(({ column }) => !parts.has(column)),
    scores: task === 'multiclass' ? { task, values, classes: fitted.label.classes } : { task, values },
  });
  return { ...baseline, ...namesOf(embeddings) };
}

/** Requests with the expected responses. */
function pickGolden(
  fitted: FittedTransform,
  lines: readonly string[],
  holdout: Holdout,
  columns: readonly SliceColumn[],
): Golden {
  const perRow = scoresPerRow(fitted);
  const cases = lines
    .slice(0, goldenRows)
    .filter((line) => line !== '')
    .map((body, i) => ({ body, predictions: [...holdout.candidate.subarray(i * perRow, (i + 1) * perRow)] }));
  return { valuesPerRow: perRow, cases, performance: true, slices: groupsOf(columns) };
}

/**
 * Evaluates a candidate on its holdout, compares it with the champion on the rows that the champion was not trained on, and writes
 * what later checks need: the evaluation, the drift baseline of model inputs and scores, holdout rows for estimates without labels,
 * training rows that drops are compared with, golden requests with the expected responses, and why the model answers what it does.
 *
 * @throws EvaluationError when the numbers of scores and labels differ
 */
export async function evaluateCandidate(
  ports: EvaluationPorts,
  { run, champion }: { readonly run: RunPointer; readonly champion?: RunPointer | null | undefined },
): Promise<{ rows: number }> {
  const { artifacts, clean } = ports;
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const perRow = scoresPerRow(fitted);
  const { output: uncalibrated } = modelFormat(algorithmOf(pipeline), fitted);
  const point = await chooseOperatingPoint(artifacts, run, pipeline.evaluation, () =>
    readValidation(ports, run, perRow, uncalibrated),
  );
  const { output } = modelFormat(algorithmOf(pipeline), fitted, point.calibration);
  const outputs = {
    candidate: uncalibrated,
    champion: champion ? (await readFormat(artifacts, champion)).output : undefined,
  };
  const scoredHoldout = await readHoldout(ports, run, perRow, outputs, fitted.slices);
  const holdout = point.calibration
    ? { ...scoredHoldout, candidate: scoredHoldout.candidate.map(calibrationOf(point.calibration)) }
    : scoredHoldout;
  const permuted = await readPermuted(ports, run, perRow, output);
  const { comparable, duplicates } = await artifacts.readJson(keys.sides, sidesSchema);
  const copied = await readCopied(ports, run, perRow, output);
  const scored = { labels: holdout.labels, scores: holdout.candidate };
  const lines = await readFeatureLines(clean, run, holdout.names);
  const inputs = parseFeatures(lines.join('\n'), fitted.features.length, 'holdout features');
  const slices = holdout.slices.map((own) => ({ ...own, ...sliceSettings(pipeline, own.column) }));
  const thresholds = { candidate: point.threshold, champion: await championThreshold(artifacts, champion, point) };
  const measured = measureCandidate({
    pipeline,
    fitted,
    holdout,
    permuted,
    rule: comparable,
    thresholds,
    point,
    uncalibrated: scoredHoldout.candidate,
  });
  const evaluation = {
    ...measured,
    ...judgeSlices({
      evaluation: pipeline.evaluation,
      thresholds,
      task: fitted.task,
      classes: fitted.label.classes,
      holdout,
      isComparable: measured.champion !== undefined,
      columns: slices,
      inputs,
    }),
    ...(copied && {
      naive: claimOfNaiveSplit(naiveTask(thresholds.candidate, fitted), scored, copied, duplicates.straddling),
    }),
  };
  await artifacts.writeJson(keys.evaluation, evaluation);
  const kept = await mergeCleanBaseline(artifacts, run, fitted.parts.train.length, fitted);
  const { importances } = evaluation;
  const embeddings = embeddingInputs(pipeline, fitted);
  const reference = buildReference({
    fitted,
    inputs,
    ...scored,
    threshold: thresholds.candidate,
    importances,
    slices,
    embeddings,
  });
  await artifacts.writeJson(keys.performance, reference);
  if (kept?.sample) {
    await artifacts.writeJson(keys.trainingRows, trainingRowsOf(kept.sample, fitted, reference, embeddings));
  }
  await artifacts.writeJson(keys.baseline, {
    ...countBaseline(fitted, inputs, holdout, embeddings),
    ...(kept && { clean: { ...kept.clean, trainingRows: kept.sample !== undefined, ...namesOf(embeddings) } }),
  });
  await artifacts.writeJson(keys.golden, pickGolden(fitted, lines, holdout, slices));
  await explainCandidate(ports, { run, pipeline, fitted, inputs });
  return { rows: evaluation.n };
}
