import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelLength } from '#domain/algorithms/xgboost/model-length';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';

/** Models of 3 rounds, 3 classes and 2 trees a round, as XGBoost of these versions saved them under a name with and without an ending. */
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/models/${name}`, import.meta.url));
const files = ['xgboost-1.7.bin', 'xgboost-1.7.ubj', 'xgboost-3.ubj'];
const json = (model: object, learner: object = {}) =>
  Buffer.from(JSON.stringify({ learner: { gradient_booster: { model: { gbtree_model_param: model } }, ...learner } }));

describe('the rounds of a model', () => {
  it.each(files)('are read from %s', (name) => {
    expect(modelLength(fixture(name))).toBe(3);
  });

  it('are read from JSON, where versions leave out what is the default', () => {
    expect(modelLength(json({ num_trees: '7' }))).toBe(7);
    expect(modelLength(json({ num_trees: '8', num_parallel_tree: '4' }))).toBe(2);
    expect(modelLength(json({ num_trees: '6' }, { learner_model_param: { num_class: '3' } }))).toBe(2);
  });

  it('are unknown where the file is of another format, or makes no sense', () => {
    const pickle = Buffer.from([0x80, 4, 0x95, 0, 0, 0]);
    for (const bytes of [pickle, Buffer.alloc(0), Buffer.from('binf'), Buffer.from('{Lnum_trees'), json({})]) {
      expect(modelLength(bytes)).toBeUndefined();
    }
    expect(modelLength(json({ num_trees: '7', num_parallel_tree: '2' }))).toBeUndefined();
    expect(modelLength(json({ num_trees: 7 }))).toBeUndefined();
    const dart = Buffer.from(fixture('xgboost-1.7.bin'));
    dart.write('dartxx', dart.indexOf('gbtree'), 'latin1');
    expect(modelLength(dart)).toBeUndefined();
  });

  it('are unknown, without a failure, where the file ends before they are told', () => {
    const first = (name: string) => Math.max(fixture(name).indexOf('num_trees'), fixture(name).indexOf('gbtree') + 9);
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.double({ min: 0, max: 1, noNaN: true }), (name, share) => {
        expect(modelLength(fixture(name).subarray(0, Math.floor(share * first(name))))).toBeUndefined();
      }),
    );
    const numbers = fixture('xgboost-3.ubj');
    const at = numbers.indexOf('num_trees') + 'num_trees'.length;
    expect(modelLength(numbers.subarray(0, at + 4))).toBeUndefined();
    const text = Buffer.from(numbers);
    text.write('xx', at + 10, 'latin1');
    expect(modelLength(text)).toBeUndefined();
  });
});

describe('a training of XGBoost that goes on from a model', () => {
  const { continuation } = xgboost;

  it('counts the rounds of the model, and finds it by its last round', () => {
    expect(continuation?.checkpointName(200)).toBe('xgboost-checkpoint.199');
    expect(continuation?.lengthen({ num_round: '50', eta: '0.1' }, 200)).toEqual({ num_round: '250', eta: '0.1' });
  });

  it.each([
    [{ booster: 'dart' }, 'booster', 'set gbtree'],
    [{ booster: 'gblinear' }, 'booster', 'set gbtree'],
    [{ process_type: 'update' }, 'process_type', 'leave it out'],
    [{ _kfold: '5' }, '_kfold', 'leave it out'],
    [{ use_dask_gpu_training: 'true' }, 'use_dask_gpu_training', 'leave it out'],
  ])('is not possible with %o', (hyperparameters, name, fix) => {
    const found: string[][] = [];
    continuation?.check(hyperparameters, (...problem) => found.push(problem));
    expect(found).toEqual([[name, expect.stringContaining(fix)]]);
  });

  it('is possible with the defaults', () => {
    const found: string[] = [];
    for (const own of [{}, { booster: 'gbtree', process_type: 'default', use_dask_gpu_training: 'false' }])
      continuation?.check(own, (name) => found.push(name));
    expect(found).toEqual([]);
  });
});
