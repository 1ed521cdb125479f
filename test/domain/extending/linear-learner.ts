import type { Algorithm } from '#domain/algorithms/algorithm';
import { integer, tunableReal } from '#domain/algorithms/hyperparameter';

/** One JSON object a line, as `{"score":0.12,"predicted_label":0}`. */
const readScores: Algorithm['output']['readScores'] = (text) =>
  Float64Array.from(text.trim().split('\n'), (line) => (JSON.parse(line) as { score: number }).score);

export const linearLearner: Algorithm = {
  name: 'linear-learner',
  label: 'Linear learner',
  summary: 'Logistic or linear regression, by the built-in container of SageMaker.',
  tasks: ['binary', 'regression'],
  image: {
    repository: 'linear-learner',
    version: '1',
    versionParameter: 'linearLearnerVersion',
    accounts: { 'eu-central-1': '664544806723', 'us-east-1': '382416733822' },
  },
  hyperparameters: {
    epochs: integer('Passes over the training rows.', { from: 1 }, 15),
    learning_rate: tunableReal('Step size of the optimizer.', { above: 0 }, 0.01),
    l1: tunableReal('L1 regularization.', { from: 0 }, 0.001),
  },
  hyperparametersDescription: 'Hyperparameters of the linear learner by their names. `epochs` has a default.',
  aliases: { eta: 'learning_rate', num_round: 'epochs' },
  defaults: ({ task }) => ({
    epochs: '15',
    predictor_type: task === 'regression' ? 'regressor' : 'binary_classifier',
  }),
  tuning: {
    metrics: {
      binary: { roc_auc_score: 'Maximize' },
      multiclass: {},
      regression: { mse: 'Minimize' },
    },
    description: 'The metric to make best on the validation rows. Without it: the one of the task.',
    defaultMetric: (_, task) => (task === 'regression' ? 'mse' : 'roc_auc_score'),
    reportedAs: (metric) => `validation:${metric}`,
    resource: 'epochs',
    example: {
      metric: 'roc_auc_score',
      ranges: { learning_rate: [0.001, 0.1] },
      grid: { l1: { values: [0, 0.01] } },
    },
  },
  input: { contentType: 'text/csv', delimiter: ',', missing: null, missingAlone: 'nan', zerosAlone: '' },
  output: { contentType: 'application/jsonlines', readScores },
  distributed: true,
  example: { epochs: 20, learning_rate: 0.01 },
};
