import * as z from 'zod';
import { buildBaseline } from '#domain/drift/baseline';
import { driftColumns } from '#domain/drift/columns';
import { type EvaluationInput, evaluate } from '#domain/evaluation/evaluate';
import { permutationImportance } from '#domain/evaluation/importance';
import { parseFeatures } from '#domain/evaluation/score-text';
import { gateConfidences } from '#domain/gates/registry';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { artifactStore, cleanStore } from '#functions/aws/stores';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { readHoldout, readPermuted } from '#functions/shards/holdout';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { runPointerSchema } from '#schemas/records/run';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Rows that become golden requests, and rows the drift baseline is counted from at most. */
const goldenRows = 5;
const baselineRows = 200_000;

/**
 * Scores a candidate (beside the champion on the same holdout), and keeps what later checks need: the evaluation, the drift
 * baseline of model inputs and scores, and golden requests with the answers the endpoint must give.
 */
export const handler = withMiddleware(
  z.object({ run: runPointerSchema, champion: runPointerSchema.nullish() }),
  async ({ run, champion }) => {
    const artifacts = artifactStore(config);
    const ports = { clean: cleanStore(config), memoryMb };
    const keys = artifactKeys(run);
    const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
    const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
    const { task } = fitted;
    const perRow = task === 'multiclass' ? fitted.label.classes.length : 1;

    const holdout = await readHoldout(ports, run, perRow, Boolean(champion));
    const permuted = await readPermuted(ports, run, perRow);
    const { seed } = pipeline.evaluation.bootstrap;
    const importances = permutationImportance({
      task,
      ...permuted,
      seed,
      ...(task === 'multiclass' ? { classes: perRow } : {}),
    });
    const common = {
      labels: holdout.labels,
      candidate: holdout.candidate,
      champion: holdout.champion,
      bootstrap: pipeline.evaluation.bootstrap,
      confidences: gateConfidences(pipeline.evaluation.gates),
      importances,
    };
    const [negative = 'negative', positive = 'positive'] = fitted.label.classes;
    const input: EvaluationInput =
      task === 'binary'
        ? { ...common, task, threshold: pipeline.evaluation.threshold, classes: [negative, positive] }
        : task === 'multiclass'
          ? { ...common, task, classes: fitted.label.classes }
          : { ...common, task };
    const evaluation = evaluate(input);

    const featureTexts: string[] = [];
    let rows = 0;
    for (const name of holdout.names) {
      if (rows >= baselineRows) break;
      const part = await ports.clean.readText(`${cleanKeys(run).holdout('candidate')}${name}.csv`);
      featureTexts.push(part.endsWith('\n') ? part : `${part}\n`);
      rows += part.split('\n').length - 1;
    }
    const lines = featureTexts.join('').split('\n').slice(0, baselineRows);
    const matrix = parseFeatures(lines.join('\n'), fitted.features.length, 'holdout features');
    const scored = holdout.candidate.subarray(0, matrix.rows * perRow);
    const baseline = buildBaseline({
      rows: matrix.rows,
      columns: driftColumns(fitted, matrix),
      scores:
        task === 'multiclass' ? { task, values: scored, classes: fitted.label.classes } : { task, values: scored },
    });
    const cases = lines
      .slice(0, goldenRows)
      .filter((line) => line !== '')
      .map((body, i) => ({ body, predictions: [...holdout.candidate.subarray(i * perRow, (i + 1) * perRow)] }));

    await artifacts.writeJson(keys.evaluation, evaluation);
    await artifacts.writeJson(keys.baseline, baseline);
    await artifacts.writeJson(keys.golden, { valuesPerRow: perRow, cases });
    return { rows: evaluation.n };
  },
);
