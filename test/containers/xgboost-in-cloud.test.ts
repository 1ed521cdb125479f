import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateProcessingJobCommand,
  CreateTrainingJobCommand,
  DescribeProcessingJobCommand,
} from '@aws-sdk/client-sagemaker';
import {
  BUCKET,
  createWorld,
  eventually,
  get,
  getText,
  put,
  ROLE,
  sampleCsv,
  trained,
  trainingRequest,
  type World,
} from 'embedded-cloud/testing/sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerRuntimes } from '#cli/python/xgboost-runtime';
import { python } from '../support/python.ts';

describe.skipIf(!python)('the XGBoost container in the embedded cloud', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ settings: { containers: containerRuntimes } });
    await put(world, 'data/train/0.csv', sampleCsv(400, 1));
    await put(world, 'data/train/1.csv', sampleCsv(400, 3));
    await put(world, 'data/validation/0.csv', sampleCsv(200, 2));
    await put(world, 'data/validation/1.csv', sampleCsv(200, 4));
  });
  afterAll(() => world.close());

  const train = async (name: string, overrides = {}) => {
    await world.sagemaker.send(new CreateTrainingJobCommand(trainingRequest(name, overrides)));
    return trained(world, name);
  };

  it('trains the same model as XGBoost run directly with the same parameters', async () => {
    const job = await train('same-as-direct');
    expect(job).toMatchObject({ TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed' });
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`s3://${BUCKET}/models/same-as-direct/output/model.tar.gz`);

    const directory = mkdtempSync(join(tmpdir(), 'tidegate-direct-'));
    try {
      writeFileSync(join(directory, 'model.tar.gz'), await get(world, 'models/same-as-direct/output/model.tar.gz'));
      for (const name of ['train', 'validation']) {
        const parts = [await get(world, `data/${name}/0.csv`), await get(world, `data/${name}/1.csv`)];
        writeFileSync(join(directory, `${name}.csv`), Buffer.concat(parts));
      }
      const script = `
import json, tarfile, numpy as np, xgboost as xgb
def load(name):
    table = np.genfromtxt(name, delimiter=",", dtype=np.float32)
    return xgb.DMatrix(table[:, 1:], label=table[:, 0])
train, validation, log = load("train.csv"), load("validation.csv"), {}
direct = xgb.train({"objective": "binary:logistic", "eval_metric": "auc", "max_depth": 3, "seed": 7}, train, 20,
                   evals=[(validation, "validation")], evals_result=log, verbose_eval=False)
model = tarfile.open("model.tar.gz").extractfile("xgboost-model").read()
packed = xgb.Booster(model_file=None); packed.load_model(bytearray(model))
difference = float(np.abs(direct.predict(validation) - packed.predict(validation)).max())
print(json.dumps({"auc": log["validation"]["auc"][-1], "difference": difference}))
`;
      const output = execFileSync(python?.python ?? '', ['-c', script], { cwd: directory, encoding: 'utf8' });
      const direct = JSON.parse(output) as { auc: number; difference: number };
      const reported = job.FinalMetricDataList?.find((metric) => metric.MetricName === 'validation:auc')?.Value;
      expect(reported).toBeCloseTo(direct.auc, 5);
      expect(direct.difference).toBeLessThan(1e-6);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('fails with the text that the algorithm left, without a value of the data', async () => {
    await put(world, 'bad/0.csv', '1,2.5,3\n0,secret-value,4\n');
    const [channel] = trainingRequest('x').InputDataConfig ?? [];
    const source = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/bad/` } };
    const job = await train('bad-data', { InputDataConfig: [{ ...channel, DataSource: source }] });
    expect(job.FailureReason).toBe('AlgorithmError: 0.csv: row 2, column 2 is not a number, exit code: 1');
    expect(readFileSync(join(world.context.stateDir, 'logs/training-jobs/bad-data.log'), 'utf8')).not.toContain(
      'secret',
    );
  });

  it('runs the scripts of processing jobs with its packages', async () => {
    await put(
      world,
      'code/versions.py',
      'import numpy, xgboost\nopen("/opt/ml/processing/output/major", "w").write(xgboost.__version__.split(".")[0])\n',
    );
    const folder = '/opt/ml/processing';
    await world.sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: 'versions',
        RoleArn: ROLE,
        AppSpecification: {
          ImageUri: '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
          ContainerEntrypoint: ['python3', `${folder}/code/versions.py`],
        },
        ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 5 } },
        ProcessingInputs: [
          {
            InputName: 'code',
            S3Input: {
              S3Uri: `s3://${BUCKET}/code/`,
              LocalPath: `${folder}/code`,
              S3DataType: 'S3Prefix',
              S3InputMode: 'File',
            },
          },
        ],
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: 'out',
              S3Output: { S3Uri: `s3://${BUCKET}/versions`, LocalPath: `${folder}/output`, S3UploadMode: 'EndOfJob' },
            },
          ],
        },
      }),
    );
    const job = await eventually(async () => {
      const found = await world.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'versions' }));
      return found.ProcessingJobStatus === 'InProgress' ? undefined : found;
    });
    expect(job.ProcessingJobStatus).toBe('Completed');
    expect(Number(await getText(world, 'versions/major'))).toBeGreaterThanOrEqual(2);
  });
});
