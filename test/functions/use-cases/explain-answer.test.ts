import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { beforeEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { ModelFileError } from '#domain/trees/model-file-error';
import type { TreeModel } from '#domain/trees/tree-model';
import { explainCandidate } from '#functions/shards/explain-candidate';
import { readTrees } from '#functions/shards/read-trees';
import { explainAnswer, type LoadedExplainer } from '#functions/use-cases/explain-answer';
import { pipelineSchema } from '#schemas/pipeline';
import { explanationSchema } from '#schemas/records/explanation';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { OperatingPoint } from '#schemas/records/operating-point';
import { treeModelSchema } from '#schemas/records/tree-model';
import type { DataRun } from '../../fakes/data-run.ts';
import { encodedRun, type Task } from '../support/evaluated-run.ts';

/** Adds 2 to rows whose `x` is at least 50. */
const tree = (group: number) => ({
  group,
  left: [1, -1, -1],
  right: [2, -1, -1],
  feature: [0, 0, 0],
  threshold: [50, 0, 0],
  missingLeft: [0, 0, 0],
  value: [0, 0, 2],
  cover: [4, 2, 2],
});
const linkOf = { binary: 'logistic', multiclass: 'softmax', regression: 'identity' } as const satisfies Record<
  Task,
  string
>;
const modelOf = (task: Task): TreeModel => {
  const base = task === 'multiclass' ? [0, 0, 0] : [1];
  return { link: linkOf[task], base, trees: [tree(base.length - 1)] };
};

let explainers: Map<string, LoadedExplainer>;
beforeEach(() => {
  explainers = new Map();
});

/** What a run's records say, and two rows of its inputs: one that reaches 50, one that does not. */
async function readRun({ run, artifacts }: DataRun) {
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  const fitted = await artifacts.readJson(artifactKeys(run).transform, fittedTransformSchema);
  const width = fitted.features.length;
  const values = new Float64Array(2 * width);
  values[0] = 60;
  values[width] = 40;
  return { pipeline, fitted, inputs: { rows: 2, width, values } };
}

async function explainRun(own: DataRun, model: () => Promise<TreeModel>, point: OperatingPoint = { threshold: 0.5 }) {
  const found = await readRun(own);
  await explainCandidate({ artifacts: own.artifacts, readTrees: model }, { run: own.run, ...found });
  const explain = (scores: readonly number[]) => {
    const { inputs, fitted } = found;
    const encoded = { ...inputs, features: fitted.features.map(({ name }) => name), gaps: [] };
    const ports = { artifacts: own.artifacts, cache: { explainers } };
    return explainAnswer(ports, own.run, { fitted, encoded, scores: Float64Array.from(scores), point });
  };
  return { explain, explanation: await own.artifacts.readJson(artifactKeys(own.run).explanation, explanationSchema) };
}

const logistic = (margin: number): number => 1 / (1 + Math.exp(-margin));
const softmax = [1, 1, Math.exp(2)].map((power) => power / (2 + Math.exp(2)));

describe.each<[Task, number[]]>([
  ['binary', [logistic(3), logistic(1)]],
  ['multiclass', [...softmax, 1 / 3, 1 / 3, 1 / 3]],
  ['regression', [3, 1]],
])('the answers of a %s model', (task, scores) => {
  it('are explained by the trees that its run kept', async () => {
    using run = await encodedRun(task);
    const { explain, explanation } = await explainRun(run, async () => modelOf(task));

    expect(explanation).toMatchObject({ status: 'explained', rows: 2 });
    const [first, second] = await explain(scores);
    const [expected, class0, class1] = task === 'multiclass' ? [1, 'high', 'low'] : [2, undefined, undefined];
    expect(first).toMatchObject({ expected, contributions: { x: 1, c: 0 } });
    expect([first?.class, second?.class]).toEqual([class0, class1]);
    if (task !== 'multiclass') expect(second).toMatchObject({ expected, contributions: { x: -1, c: 0 } });

    // the trees are read once
    run.artifacts.readJson = () => Promise.reject(new Error('read again'));
    expect(await explain(scores)).toHaveLength(2);
  });

  it('are not explained by the trees of another model', async () => {
    using run = await encodedRun(task);
    const { explain } = await explainRun(run, async () => modelOf(task));

    await expect(explain(scores.map((score) => score + 0.1))).rejects.toMatchObject({
      name: 'PredictionError',
      problem: 'not-explained',
      message: expect.stringContaining('do not add up'),
    });
  });
});

it('explains calibrated answers by the score before', async () => {
  using run = await encodedRun('binary');
  const calibration = { method: 'platt', slope: 0.5, intercept: -1 } as const;
  const { explain } = await explainRun(run, async () => modelOf('binary'), { threshold: 0.5, calibration });

  const [first] = await explain([logistic(3 / 2 - 1), logistic(1 / 2 - 1)]);
  expect(first).toMatchObject({ expected: 2, contributions: { x: 1, c: 0 } });
  expect(first?.uncalibrated).toBeCloseTo(logistic(3), 6);
  await expect(explain([logistic(3), logistic(1)])).rejects.toMatchObject({ problem: 'not-explained' });
});

describe('a model that cannot be explained', () => {
  it('says why in its report, and refuses requests that ask for it', async () => {
    using run = await encodedRun('regression');
    const { explain, explanation } = await explainRun(run, () =>
      Promise.reject(new ModelFileError('it is not made of trees')),
    );

    expect(explanation).toEqual({ version: 1, status: 'unexplained', reason: 'it is not made of trees' });
    await expect(explain([1, 1])).rejects.toMatchObject({ problem: 'not-explained' });
  });

  it('fails the evaluation on other errors', async () => {
    using run = await encodedRun('regression');
    await expect(explainRun(run, () => Promise.reject(new Error('network')))).rejects.toThrow('network');
  });

  it('that is too large has no trees kept', async () => {
    using run = await encodedRun('regression');
    const large = { ...tree(0), left: [1, -1, -1, ...Array<number>(2_000_001).fill(-1)] };
    const { explain, explanation } = await explainRun(run, async () => ({ ...modelOf('regression'), trees: [large] }));

    expect(explanation).toMatchObject({ status: 'unexplained' });
    await expect(explain([3, 1])).rejects.toMatchObject({ problem: 'not-explained' });
  });

  it('limits the rows of one request', async () => {
    using run = await encodedRun('regression');
    const { explain } = await explainRun(run, async () => modelOf('regression'));
    await explain([3, 1]);
    for (const [key, known] of explainers) explainers.set(key, { ...known, mostRows: 1 });

    await expect(explain([3, 1])).rejects.toMatchObject({
      problem: 'invalid-rows',
      message: expect.stringContaining('at most 1 rows a request'),
    });
  });
});

describe('the trees of a run', () => {
  const model = readFileSync(new URL('../../fixtures/xgboost/3.2/logistic.ubj', import.meta.url));
  const archiveOf = async (name: string): Promise<Buffer> =>
    gzipSync(await packTar([{ header: { name, size: model.length }, body: new Uint8Array(model) }]));

  async function readFrom(name: string): Promise<TreeModel> {
    using run = await encodedRun('regression');
    const config = await run.artifacts.readJson(artifactKeys(run.run).config, pipelineSchema);
    await run.artifacts.writeJson(artifactKeys(run.run).training, {
      hyperparameters: {},
      image: 'xgboost:1',
      trainingJob: 'job',
    });
    const archive = await archiveOf(name);
    run.artifacts.download = async (key, file) => {
      expect(key).toBe('loan/runs/r1/model/job/output/model.tar.gz');
      await writeFile(file, archive);
    };
    return readTrees(run.artifacts, 'dev', run.run, config);
  }

  it('are read out of the artifact of its training job', async () => {
    const trees = await readFrom('xgboost-model');
    expect(treeModelSchema.shape.link.parse(trees.link)).toBe('logistic');
    expect(trees.trees).toHaveLength(6);
  });

  it('are none where the training left several models', async () => {
    await expect(readFrom('xgboost-model-0')).rejects.toThrow('several models, or none');
  });
});
