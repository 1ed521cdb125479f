import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  DescribeTransformJobCommand,
  type DescribeTransformJobCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUCKET,
  createModel,
  createTrainedModel,
  createWorld,
  eventually,
  featuresOf,
  getText,
  keysBelow,
  put,
  sampleCsv,
  type World,
} from './support.ts';

const rows = featuresOf(sampleCsv(40, 5)).split('\n');

describe('transform jobs', () => {
  let world: World;
  const denied = new Set<string>();

  beforeAll(async () => {
    world = await createWorld({ denies: ({ action }, role) => denied.has(action) && role === 'TRAINING' });
    await createTrainedModel(world, 'scorer');
    await put(world, 'in/a.csv', `${rows.slice(0, 25).join('\n')}\n`);
    await put(world, 'in/deep/b.csv', rows.slice(25).join('\n'));
  });
  afterAll(() => world.close());

  const request = (
    name: string,
    overrides: Partial<CreateTransformJobCommandInput> = {},
  ): CreateTransformJobCommandInput => ({
    TransformJobName: name,
    ModelName: 'scorer',
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/in/` } },
      ContentType: 'text/csv',
      SplitType: 'Line',
    },
    TransformOutput: { S3OutputPath: `s3://${BUCKET}/out/${name}`, Accept: 'text/csv', AssembleWith: 'Line' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    ...overrides,
  });
  const run = async (
    name: string,
    overrides: Partial<CreateTransformJobCommandInput> = {},
  ): Promise<DescribeTransformJobCommandOutput> => {
    await world.sagemaker.send(new CreateTransformJobCommand(request(name, overrides)));
    return eventually(async () => {
      const job = await world.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: name }));
      return job.TransformJobStatus === 'InProgress' ? undefined : job;
    });
  };
  const lines = async (key: string) => (await getText(world, key)).trim().split('\n');

  it('writes one prediction a line into one .out for each object', async () => {
    expect(await run('plain')).toMatchObject({ TransformJobStatus: 'Completed' });
    expect(await keysBelow(world, 'out/plain/')).toEqual(['out/plain/a.csv.out', 'out/plain/deep/b.csv.out']);
    const scores = [...(await lines('out/plain/a.csv.out')), ...(await lines('out/plain/deep/b.csv.out'))].map(Number);
    expect(scores).toHaveLength(rows.length);
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
    expect(new Set(scores).size).toBeGreaterThan(10);
    const statuses = world.context.events
      .filter((event) => event.resources?.[0]?.endsWith('transform-job/plain'))
      .map((event) => (event.detail as { TransformJobStatus: string }).TransformJobStatus);
    expect([...new Set(statuses)]).toEqual(['InProgress', 'Completed']);
  });

  it('gives the same answer record by record, several at a time, and in the order of the input', async () => {
    await run('single', { BatchStrategy: 'SingleRecord', MaxConcurrentTransforms: 4, MaxPayloadInMB: 1 });
    const plain = await run('whole');
    expect(plain.TransformJobStatus).toBe('Completed');
    expect(await lines('out/single/a.csv.out')).toEqual(await lines('out/whole/a.csv.out'));
  });

  it('joins predictions with their records and filters input and output', async () => {
    const withId = rows.slice(0, 5).map((row, index) => `id-${index},"Doe, J",${row}`);
    await put(world, 'ids/a.csv', `${withId.join('\n')}\n`);
    const input = request('x').TransformInput;
    const job = await run('joined', {
      TransformInput: {
        ...input,
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/ids/` } },
      },
      DataProcessing: { InputFilter: '$[2:]', JoinSource: 'Input', OutputFilter: '$[0,1,-1]' },
    });
    expect(job.TransformJobStatus).toBe('Completed');
    const expected = (await lines('out/plain/a.csv.out'))
      .slice(0, 5)
      .map((score, index) => `id-${index},"Doe, J",${score}`);
    expect(await lines('out/joined/a.csv.out')).toEqual(expected);
  });

  it('reads gzip, and sends an object whole without a SplitType', async () => {
    await put(world, 'zip/a.csv.gz', gzipSync(rows.slice(0, 3).join('\n')));
    const input = request('x').TransformInput;
    await run('zipped', {
      TransformInput: {
        ContentType: 'text/csv',
        CompressionType: 'Gzip',
        DataSource: {
          S3DataSource: { ...input?.DataSource?.S3DataSource, S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/zip/` },
        },
      },
    });
    expect(await lines('out/zipped/a.csv.gz.out')).toEqual((await lines('out/plain/a.csv.out')).slice(0, 3));
  });

  it('answers what SAGEMAKER_INFERENCE_OUTPUT selects', async () => {
    await createModel(world, 'selected', `s3://${BUCKET}/models/scorer/output/model.tar.gz`, {
      SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label,probability,probabilities',
    });
    await run('selected', { ModelName: 'selected' });
    const [score] = (await lines('out/plain/a.csv.out')).map(Number);
    const [line] = await lines('out/selected/a.csv.out');
    expect(line).toBe(`${(score ?? 0) > 0.5 ? 1 : 0},${score},"[${1 - (score ?? 0)}, ${score}]"`);
  });

  it('fails on a bad record, naming its place in the log and no value', async () => {
    await put(world, 'poor/a.csv', '0.1,0.2,0.3,0.4\n0.1,private,0.3,0.4\n');
    const input = request('x').TransformInput;
    const job = await run('poor', {
      TransformInput: {
        ...input,
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/poor/` } },
      },
    });
    expect(job).toMatchObject({
      TransformJobStatus: 'Failed',
      FailureReason: 'ClientError: See job logs for more information',
    });
    const log = readFileSync(join(world.context.stateDir, 'logs/transform-jobs/poor.log'), 'utf8');
    expect(log).toContain(`${BUCKET}/poor/a.csv: ClientError: 415`);
    expect(log).toContain('row 2, column 2 is not a number');
    expect(log).not.toContain('private');
    expect(await keysBelow(world, 'out/poor/')).toEqual([]);
  });

  it('fails when the role of the model may not write the result', async () => {
    denied.add('s3:PutObject');
    try {
      expect((await run('denied')).FailureReason).toMatch(/^ClientError: Result upload failed:AccessDenied \(403\)/);
    } finally {
      denied.clear();
    }
  });

  it.each([
    [
      'a filter longer than 63 characters',
      { DataProcessing: { InputFilter: `$[${'1,'.repeat(40)}2]` } },
      /length less than or equal to 63/,
    ],
    ['a filter that CSV has no use for', { DataProcessing: { InputFilter: '$.features' } }, /is not a filter for CSV/],
    ['more than 100 MB in flight', { MaxConcurrentTransforms: 30, MaxPayloadInMB: 6 }, /must not exceed 100 MB/],
    ['a model that is not there', { ModelName: 'nobody' }, /Could not find model "arn:.*model\/nobody"/],
    [
      'a join with different types',
      {
        DataProcessing: { JoinSource: 'Input' as const },
        TransformOutput: { S3OutputPath: 's3://b/o', Accept: 'application/json', AssembleWith: 'Line' as const },
      },
      /ContentType and Accept must be the same/,
    ],
  ])('refuses %s', async (_, overrides, message) => {
    await expect(
      world.sagemaker.send(new CreateTransformJobCommand(request('refused', overrides))),
    ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
  });
});
