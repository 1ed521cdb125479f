import { algorithmOf } from '#domain/algorithms/registry';
import { sliceSettings } from '#domain/data/columns';
import { sourceColumns } from '#domain/data/transform';
import { buildBaseline } from '#domain/drift/baseline';
import { driftColumns, type FeatureMatrix } from '#domain/drift/columns';
import { type EmbeddingInputs, embeddingInputs } from '#domain/drift/embeddings/sketch';
import { buildReference } from '#domain/drift/performance/reference';
import { trainingRowsOf } from '#domain/drift/windows/training-rows';
import { evaluateAndCompare } from '#domain/evaluation/compare';
import { permutationImportance } from '#domain/evaluation/importance';
import { claimOfNaiveSplit, type NaiveTask } from '#domain/evaluation/naive-split';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { parseFeatures } from '#domain/evaluation/score-text';
import { groupsOf, type SliceColumn } from '#domain/evaluation/slice-groups';
import { gateConfidences } from '#domain/gates/registry';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { modelFormat } from '#domain/serving/recalibration';
import { judgeSlices } from '#domain/slices/judge';
import { unreachable } from '#domain/unreachable';
import type { ObjectStore } from '#functions/ports/object-store';
import { mergeCleanBaseline } from '#functions/shards/clean-baseline';
import { type ExplanationPorts, explainCandidate } from '#functions/shards/explain-candidate';
import { readCopied, readHoldout, readPermuted } from '#functions/shards/holdout';
import { readFormat } from '#functions/shards/run-algorithm';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { Baseline } from '#schemas/records/baseline';
import type { Evaluation } from '#schemas/records/evaluation';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { Golden } from '#schemas/records/golden';
import { type ComparableRule, sidesSchema } from '#schemas/records/sides';

/** The dependencies of evaluation. */
export interface EvaluationPorts extends ExplanationPorts {
  readonly clean: ObjectStore;
  readonly memoryMb: number;
}

type Holdout = Awaited<ReturnType<typeof readHoldout>>;
type Permuted = Awaited<ReturnType<typeof readPermuted>>;

/** Number of golden requests, and maximum number of rows for the drift baseline. */
const goldenRows = 5;
const baselineRows = 200_000;

/** Metrics of candidate and champion on the same holdout, with the candidate's permutation importances. */
function measure(
  pipeline: Pipeline,
  fitted: FittedTransform,
  holdout: Holdout,
  permuted: Permuted,
  rule: ComparableRule | undefined,
): Evaluation {
  const { task } = fitted;
  const { bootstrap, gates, threshold } = pipeline.evaluation;
  const importances = permutationImportance({
    task,
    ...permuted,
    seed: bootstrap.seed,
    ...(task === 'multiclass' ? { classes: scoresPerRow(fitted) } : {}),
  });
  const { labels, candidate, champion } = holdout;
  const measured = new Set(permuted.columns.slice(1)).size;
  const importanceNotMeasured = importances.length === 0 ? 0 : sourceColumns(fitted).length - measured;
  const confidences = gateConfidences(gates);
  const common = { labels, candidate, champion, bootstrap, confidences, importances, importanceNotMeasured };
  const comparable = { rows: holdout.comparable, reason: rule?.kind === 'none' ? rule.reason : undefined };
  const [negative = 'negative', positive = 'positive'] = fitted.label.classes;
  switch (task) {
    case 'binary':
      return evaluateAndCompare({ ...common, task, threshold, classes: [negative, positive] }, comparable);
    case 'multiclass':
      return evaluateAndCompare({ ...common, task, classes: fitted.label.classes }, comparable);
    case 'regression':
      return evaluateAndCompare({ ...common, task }, comparable);
    default:
      return unreachable(task, 'task');
  }
}

/** What the metrics of a naive split's claim need. */
function naiveTask({ evaluation }: Pipeline, { task, label }: FittedTransform): NaiveTask {
  switch (task) {
    case 'binary':
      return { task, threshold: evaluation.threshold };
    case 'multiclass':
      return { task, classes: label.classes };
    case 'regression':
      return { task };
    default:
      return unreachable(task, 'task');
  }
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
  const { output } = modelFormat(algorithmOf(pipeline), fitted);
  const outputs = {
    candidate: output,
    champion: champion ? (await readFormat(artifacts, champion)).output : undefined,
  };
  const holdout = await readHoldout(ports, run, scoresPerRow(fitted), outputs, fitted.slices);
  const permuted = await readPermuted(ports, run, scoresPerRow(fitted), output);
  const { comparable, duplicates } = await artifacts.readJson(keys.sides, sidesSchema);
  const copied = await readCopied(ports, run, scoresPerRow(fitted), output);
  const scored = { labels: holdout.labels, scores: holdout.candidate };
  const lines = await readFeatureLines(clean, run, holdout.names);
  const inputs = parseFeatures(lines.join('\n'), fitted.features.length, 'holdout features');
  const slices = holdout.slices.map((own) => ({ ...own, ...sliceSettings(pipeline, own.column) }));
  const measured = measure(pipeline, fitted, holdout, permuted, comparable);
  const evaluation = {
    ...measured,
    ...judgeSlices({
      evaluation: pipeline.evaluation,
      task: fitted.task,
      classes: fitted.label.classes,
      holdout,
      isComparable: measured.champion !== undefined,
      columns: slices,
      inputs,
    }),
    ...(copied && {
      naive: claimOfNaiveSplit(naiveTask(pipeline, fitted), scored, copied, duplicates.straddling),
    }),
  };
  await artifacts.writeJson(keys.evaluation, evaluation);
  const kept = await mergeCleanBaseline(artifacts, run, fitted.parts.train.length, fitted);
  const { threshold } = pipeline.evaluation;
  const { importances } = evaluation;
  const embeddings = embeddingInputs(pipeline, fitted);
  const reference = buildReference({ fitted, inputs, ...scored, threshold, importances, slices, embeddings });
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
