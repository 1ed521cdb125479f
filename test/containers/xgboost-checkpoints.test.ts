import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleCsv } from 'embedded-cloud/testing/sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python } from '../support/python.ts';
import { runPython, type Training, withTraining } from './container.ts';

const data = sampleCsv(300, 11);
const training = (rounds: number, more: Record<string, string> = {}): Training => ({
  hyperparameters: {
    num_round: String(rounds),
    objective: 'binary:logistic',
    eval_metric: 'logloss',
    max_depth: '2',
    ...more,
  },
  channels: { train: { 'a.csv': data }, validation: { 'v.csv': sampleCsv(100, 13) } },
});
const lines = (output: string) => output.split('\n').filter((line) => line.startsWith('['));

describe.skipIf(!python)('the training container with checkpoints', () => {
  let folder: string;
  let model: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidegate-checkpoints-'));
    model = join(folder, 'model');
    await withTraining(training(6), ({ directory }) => cp(join(directory, 'model', 'xgboost-model'), model));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A new folder of checkpoints with these files; a copy of the model of 6 rounds where no text is given. */
  async function checkpointsOf(files: Readonly<Record<string, string | undefined>>): Promise<string> {
    const own = await mkdtemp(join(folder, 'own-'));
    await mkdir(own, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) await cp(model, join(own, name));
      else await writeFile(join(own, name), text);
    }
    return own;
  }
  /** Rounds of a model, and the largest difference of its first 6 rounds to the model that it went on from. */
  async function compare(directory: string): Promise<{ rounds: number; difference: number }> {
    const script = `
import json, numpy, xgboost
def load(path):
    booster = xgboost.Booster()
    booster.load_model(bytearray(open(path, "rb").read()))
    return booster
old, new = load(${JSON.stringify(model)}), load(${JSON.stringify(join(directory, 'model', 'xgboost-model'))})
rows = xgboost.DMatrix(numpy.random.default_rng(1).normal(size=(50, 4)))
difference = abs(old.predict(rows) - new.predict(rows, iteration_range=(0, 6))).max()
print(json.dumps({"rounds": new.num_boosted_rounds(), "difference": float(difference)}))`;
    return JSON.parse((await runPython(['-c', script])).output);
  }

  it.concurrent('goes on from the model with the highest number, and adds what num_round asks for beyond it', async () => {
    const LocalPath = await checkpointsOf({ 'xgboost-checkpoint.5': undefined, 'xgboost-checkpoint.1': 'older' });
    await withTraining({ ...training(15), checkpoints: { LocalPath } }, async ({ code, output, directory }) => {
      expect(code).toBe(0);
      expect(output).toContain('Resuming from iteration 6');
      expect(lines(output)).toHaveLength(9);
      expect(await compare(directory)).toEqual({ rounds: 15, difference: 0 });
      // its own checkpoint, after as many rounds as it went on from, has a name that no later start reads
      expect((await readdir(LocalPath)).toSorted()).toEqual([
        'xgboost-checkpoint.1',
        'xgboost-checkpoint.5',
        expect.stringMatching(/^xgboost-checkpoint_\d+\.\w+$/),
      ]);
    });
  });

  it.concurrent('keeps all rounds that it went on from when it stops early', async () => {
    const LocalPath = await checkpointsOf({ 'xgboost-checkpoint.5': undefined });
    const early = training(306, { early_stopping_rounds: '2', eta: '0.9' });
    await withTraining({ ...early, checkpoints: { LocalPath } }, async ({ output, directory }) => {
      const losses = lines(output).map((line) => Number(/validation-logloss:([\d.]+)/.exec(line)?.[1]));
      const best = losses.indexOf(Math.min(...losses));
      expect(losses).toHaveLength(best + 1 + 2);
      expect(await compare(directory)).toEqual({ rounds: 6 + best + 1, difference: 0 });
    });
  });

  it.concurrent('starts anew where there is no checkpoint, or no folder of checkpoints', async () => {
    const LocalPath = await checkpointsOf({ 'xgboost-checkpoint_7.ubj': 'its own', 'xgboost-checkpoint.x': 'other' });
    await withTraining({ ...training(3), checkpoints: { LocalPath } }, ({ code, output }) => {
      expect([code, lines(output).length]).toEqual([0, 3]);
      expect(output).not.toContain('Resuming');
    });
    await withTraining({ ...training(3), checkpoints: { S3Uri: 's3://b/k' } }, ({ output }) => {
      expect(lines(output)).toHaveLength(3);
    });
  });

  it.concurrent('refuses a checkpoint that is no model', async () => {
    const LocalPath = await checkpointsOf({ 'xgboost-checkpoint.5': 'no model' });
    await withTraining({ ...training(9), checkpoints: { LocalPath } }, ({ code, failure }) => {
      expect([code, failure]).toEqual([1, 'The checkpoint xgboost-checkpoint.5 is no model of XGBoost']);
    });
  });
});
