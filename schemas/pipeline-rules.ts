import type * as z from 'zod';
import type { Algorithms } from '#domain/algorithms/registry';
import { type ConstrainedPipeline, checkConstraintSettings } from '#domain/constraints/settings';
import { checkLabel } from '#domain/data/label-rules';
import { checkNames } from '#domain/data/name-rules';
import type { DatasetSettings } from '#domain/data/settings';
import { checkValues } from '#domain/data/value-settings';
import type { EvaluationSettings } from '#domain/evaluation/settings';
import { metricOfGate } from '#domain/gates/registry';
import { metricsOf } from '#domain/metrics/registry';
import { checkTraining } from '#domain/training/rules';
import type { Imbalance, TrainingSettings } from '#domain/training/settings';

/** A pipeline whose fields are right each by itself. */
interface UncheckedPipeline extends ConstrainedPipeline {
  readonly dataset: DatasetSettings;
  readonly evaluation: EvaluationSettings;
  readonly split: { readonly groupBy?: unknown };
  readonly training: TrainingSettings;
  readonly imbalance: Imbalance;
}

/** Rules that span several fields. */
export function checkPipeline(pipeline: UncheckedPipeline, ctx: z.RefinementCtx, algorithms?: Algorithms): void {
  const { dataset, evaluation } = pipeline;
  const issue = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
  const { label, columns, id } = dataset;
  if (Object.hasOwn(columns, label.column))
    issue(['dataset', 'columns', label.column], 'the label column must not be listed under columns');
  if (id !== undefined && Object.hasOwn(columns, id))
    issue(['dataset', 'columns', id], 'the id column must not be listed under columns: it is always tokenized');
  checkLabel(label, evaluation.task, issue);
  checkValues(dataset, issue);
  checkNames(dataset, issue);
  checkTraining(pipeline, issue, algorithms);
  checkConstraintSettings(pipeline, issue);
  const hasFeature = Object.values(columns).some(
    (c) => c.role === 'feature' || ('feature' in c && c.feature !== undefined),
  );
  if (!hasFeature) issue(['dataset', 'columns'], 'no column is a feature: a model needs at least one input');
  const allowed = metricsOf(evaluation.task).map(({ name }) => name);
  evaluation.gates.forEach((gate, i) => {
    const metric = metricOfGate(gate);
    if (metric === undefined || allowed.includes(metric)) return;
    issue(
      ['evaluation', 'gates', i, 'metric'],
      `"${metric}" is not a ${evaluation.task} metric; allowed: ${allowed.join(', ')}`,
    );
  });
  const hasQuasi = Object.values(columns).some(({ role }) => role === 'quasi');
  evaluation.gates.forEach((gate, i) => {
    const overQuasi = ['kAnonymity', 'lDiversity'].find((kind) => kind in gate);
    if (overQuasi === undefined) return;
    const path = ['evaluation', 'gates', i, overQuasi];
    if (!hasQuasi) issue(path, 'no column has the role quasi: there is nothing to group by');
    if (overQuasi === 'lDiversity' && evaluation.task === 'regression')
      issue(path, 'a label that is a number has no classes to count');
  });
  const { groupBy } = pipeline.split;
  if (typeof groupBy === 'object' && groupBy !== null) {
    const { column } = groupBy as { column: string };
    if (!columns[column]) issue(['split', 'groupBy', 'column'], `"${column}" is not listed under dataset.columns`);
  }
  if (groupBy === 'id' && id === undefined) issue(['split', 'groupBy'], 'groupBy: id needs dataset.id');
}
