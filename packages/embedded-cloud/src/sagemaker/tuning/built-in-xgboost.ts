import { ParameterError } from '#src/sagemaker/tuning/ranges';
import type { Objective } from '#src/sagemaker/tuning/request';
import type { Space } from '#src/sagemaker/tuning/search/space';

/**
 * What of the built-in XGBoost can be tuned, and by which metrics: SageMaker refuses anything else when the tuning job is
 * created (Developer Guide: Tune an XGBoost Model; the container's own table).
 */
const tunable = new Set(
  (
    'alpha colsample_bylevel colsample_bynode colsample_bytree eta gamma lambda max_delta_step max_depth ' +
    'min_child_weight num_round subsample'
  ).split(' '),
);
const maximize = new Set(
  (
    'accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg precision precision_macro precision_micro r2 ' +
    'recall recall_macro recall_micro'
  ).split(' '),
);
const minimize = new Set(
  (
    'aft-nloglik cox-nloglik error gamma-deviance gamma-nloglik logloss mae mape merror mlogloss mse poisson-nloglik ' +
    'rmse rmsle tweedie-nloglik'
  ).split(' '),
);

const integers = new Set(['max_depth', 'num_round']);

/** @throws ParameterError as SageMaker refuses a metric, a direction or a hyperparameter of the built-in algorithm. */
export const checkBuiltIn = (image: string, objective: Objective, space: Space): void => {
  const { MetricName: name, Type: type } = objective;
  const metric = name.startsWith('validation:') ? name.slice('validation:'.length) : '';
  if (!maximize.has(metric) && !minimize.has(metric)) {
    throw new ParameterError(
      `The objective metric for the hyperparameter tuning job, [${name}], isn't valid for the [${image}] algorithm. ` +
        'Choose a valid objective metric.',
    );
  }
  if (type !== (maximize.has(metric) ? 'Maximize' : 'Minimize')) {
    throw new ParameterError(
      `The objective type for the hyperparameter tuning job, [${type}], isn't valid for the [${name}] metric. ` +
        'Choose a valid objective type.',
    );
  }
  const fixed = space.filter((parameter) => !tunable.has(parameter.name)).map((parameter) => parameter.name);
  if (fixed.length > 0) {
    throw new ParameterError(
      `The hyperparameter tuning job has hyperparameters that can't be tuned for the [${image}] algorithm: ` +
        `[${fixed.join(', ')}]. Tunable are ${[...tunable].join(', ')}.`,
    );
  }
  const fractional = space.find(({ kind, name: own }) => kind === 'continuous' && integers.has(own));
  if (fractional) {
    throw new ParameterError(`The hyperparameter ${fractional.name} is an integer: give it an integer range.`);
  }
};
