import type { TrainingSections } from '#domain/training/settings';
import { defaultEvalMetric } from '#domain/training/tuning-settings';
import type { Task } from '#schemas/records/task';

/** Rows of the training side by class, in the order the model numbers the classes; empty for regression. */
export type ClassCounts = readonly number[];

/** Objective of the built-in XGBoost by task (SageMaker Developer Guide, "XGBoost hyperparameters"). */
const objectives: Record<Task, string> = {
  binary: 'binary:logistic',
  multiclass: 'multi:softprob',
  regression: 'reg:squarederror',
};

/**
 * The hyperparameters of a training job: the task's defaults with early stopping on the validation shards, the class
 * weight when imbalance is `auto`, and the pipeline's own
 * values, which win. All values travel as strings.
 *
 * scale_pos_weight = negatives / positives, as XGBoost's documentation recommends for unbalanced classes.
 */
export function trainingHyperparameters(pipeline: TrainingSections, counts: ClassCounts): Record<string, string> {
  const { task } = pipeline.evaluation;
  const [negatives = 0, positives = 0] = counts;
  const weight =
    task === 'binary' && pipeline.imbalance === 'auto' && positives > 0
      ? { scale_pos_weight: String(Number((negatives / positives).toPrecision(6))) }
      : {};
  const classes = task === 'multiclass' ? { num_class: String(pipeline.dataset.label.classes?.length ?? 0) } : {};
  const own = Object.entries(pipeline.training.hyperparameters).map(([name, value]) => [name, String(value)] as const);
  return {
    num_round: '200',
    early_stopping_rounds: '20',
    seed: '42',
    objective: objectives[task],
    eval_metric: defaultEvalMetric[task],
    ...classes,
    ...weight,
    ...Object.fromEntries(own),
  };
}
