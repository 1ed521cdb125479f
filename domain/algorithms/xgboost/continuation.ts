import type { Continuation } from '#domain/algorithms/algorithm';
import { modelLength } from './model-length.ts';

/**
 * The built-in container has no channel for a model, but goes on from a checkpoint: it loads `xgboost-checkpoint.<i>` with the highest
 * `i` from its checkpoints and trains `num_round` - (`i` + 1) further rounds (aws/sagemaker-xgboost-container, `checkpointing.py`,
 * `load_checkpoint`, and `algorithm_mode/train.py`). The checkpoints that it writes itself have other names, `xgboost-checkpoint_<i>`,
 * so an interrupted training begins again with the same model.
 */
export const continuation: Continuation = {
  // old trees stay as they are: what they mean and what they promise must be what the new ones mean and promise
  shared: [
    'objective',
    'booster',
    'num_class',
    'num_parallel_tree',
    'base_score',
    'monotone_constraints',
    'interaction_constraints',
    'csv_weights',
  ],
  modelFile: 'xgboost-model',
  check(hyperparameters, report) {
    const { booster = 'gbtree', process_type: process = 'default' } = hyperparameters;
    if (booster !== 'gbtree')
      report(
        'booster',
        `training.incremental adds trees to those of the champion, which ${booster} would change: set gbtree`,
      );
    if (process !== 'default')
      report('process_type', 'training.incremental adds trees, and update makes none: leave it out');
    if (hyperparameters['_kfold'] !== undefined)
      report(
        '_kfold',
        'a cross-validation trains several models, and training.incremental goes on from one: leave it out',
      );
    if (hyperparameters['use_dask_gpu_training'] === 'true')
      report('use_dask_gpu_training', 'training.incremental needs a training without Dask: leave it out');
  },
  readLength: modelLength,
  checkpointName: (rounds) => `xgboost-checkpoint.${rounds - 1}`,
  lengthen: (hyperparameters, rounds) => ({
    ...hyperparameters,
    num_round: String(rounds + Number(hyperparameters['num_round'])),
  }),
};
