import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  StopProcessingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPython } from '../container/runtimes.ts';
import { BUCKET, createWorld, eventually, getText, keysBelow, put, ROLE, type World } from '../support.ts';

const IMAGE = '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';
const folder = '/opt/ml/processing';

const input = (name: string, uri: string) => ({
  InputName: name,
  S3Input: {
    S3Uri: uri,
    LocalPath: `${folder}/${name}`,
    S3DataType: 'S3Prefix' as const,
    S3InputMode: 'File' as const,
  },
});

/** A job that runs `code/<script>` of the bucket on `data/` and keeps what it leaves in `output`. */
const request = (
  name: string,
  script: string,
  change: Partial<CreateProcessingJobCommandInput> = {},
  entrypoint: readonly string[] = ['python3', `${folder}/code/${script}`],
): CreateProcessingJobCommandInput => ({
  ProcessingJobName: name,
  RoleArn: ROLE,
  AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: [...entrypoint] },
  ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 5 } },
  ProcessingInputs: [input('code', `s3://${BUCKET}/code/`), input('data', `s3://${BUCKET}/data/`)],
  ProcessingOutputConfig: {
    Outputs: [
      {
        OutputName: 'out',
        S3Output: { S3Uri: `s3://${BUCKET}/${name}`, LocalPath: `${folder}/output`, S3UploadMode: 'EndOfJob' },
      },
    ],
  },
  ...change,
});

/** As one writes it for SageMaker: paths below /opt/ml by name, arguments, environment, configuration. */
const sum = `
import argparse, glob, json, os, pathlib, shutil
parser = argparse.ArgumentParser()
parser.add_argument("--output")
output = parser.parse_args().output
numbers = [float(line) for path in sorted(glob.glob("/opt/ml/processing/data/*.csv")) for line in open(path)]
os.makedirs("/opt/ml/processing/output/deep/er", exist_ok=True)
pathlib.Path("/opt/ml/processing/output/deep/er/sum.txt").write_text(str(sum(numbers)))
with open(output + "/factor.txt", "w") as f:
    f.write(os.environ["FACTOR"])
shutil.copy("/opt/ml/processing/output/deep/er/sum.txt", os.environ["COPY"])
config = json.load(open("/opt/ml/config/processingjobconfig.json"))
hosts = json.load(open("/opt/ml/config/resourceconfig.json"))["hosts"]
with open("/opt/ml/output/message", "w") as f:
    f.write(f"{config['ProcessingJobName']} on {len(hosts)} host, {len(numbers)} numbers")
print("the sum is", sum(numbers))
`;

describe.skipIf(!hasPython)('processing jobs', { timeout: 60_000 }, () => {
  let world: World;
  const denied = new Set<string>();
  beforeAll(async () => {
    world = await createWorld({ denies: ({ action }, role) => denied.has(action) && role === 'TRAINING' });
    await put(world, 'data/a.csv', '1\n2\n');
    await put(world, 'data/b.csv', '3.5\n');
    await put(world, 'code/sum.py', sum);
    await put(
      world,
      'code/fail.py',
      'open("/opt/ml/output/message", "w").write("no such column: é" * 100)\nraise SystemExit(3)\n',
    );
    await put(world, 'code/sleep.py', 'import time\nprint("asleep", flush=True)\ntime.sleep(600)\n');
    await put(world, 'code/model.py', 'import helper\nopen("/opt/ml/processing/output/v", "w").write(helper.NAME)\n');
    await put(world, 'code/helper.py', 'NAME = "beside the script"\n');
  });
  afterAll(() => world.close());

  const create = (...arguments_: Parameters<typeof request>) =>
    world.sagemaker.send(new CreateProcessingJobCommand(request(...arguments_)));
  const describeJob = (name: string) =>
    world.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
  const ended = (name: string) =>
    eventually(async () => {
      const job = await describeJob(name);
      return job.ProcessingJobStatus === 'InProgress' || job.ProcessingJobStatus === 'Stopping' ? undefined : job;
    });
  const statuses = (name: string) =>
    world.context.events.flatMap((event) => {
      const detail = event.detail as { ProcessingJobName?: string; ProcessingJobStatus?: string };
      return detail.ProcessingJobName === name ? [`${event['detail-type']}: ${detail.ProcessingJobStatus}`] : [];
    });

  it('runs a script on its inputs and keeps its outputs, message and times', async () => {
    await create('sum', 'sum.py', {
      AppSpecification: {
        ImageUri: IMAGE,
        ContainerEntrypoint: ['python3', '-u', `${folder}/code/sum.py`],
        ContainerArguments: ['--output', `${folder}/output`],
      },
      Environment: { FACTOR: '2', COPY: `${folder}/output/copy.txt` },
    });
    const job = await ended('sum');

    expect(job).toMatchObject({ ProcessingJobStatus: 'Completed', ExitMessage: 'sum on 1 host, 3 numbers' });
    expect(job.ProcessingEndTime?.getTime()).toBeGreaterThanOrEqual(job.ProcessingStartTime?.getTime() ?? Number.NaN);
    expect(await keysBelow(world, 'sum/')).toEqual(['sum/copy.txt', 'sum/deep/er/sum.txt', 'sum/factor.txt']);
    expect(await getText(world, 'sum/deep/er/sum.txt')).toBe('6.5');
    expect(await getText(world, 'sum/copy.txt')).toBe('6.5');
    expect(await getText(world, 'sum/factor.txt')).toBe('2');
    expect(statuses('sum').at(-1)).toBe('SageMaker Processing Job State Change: Completed');
  });

  it('imports the modules beside the script', async () => {
    await create('model', 'model.py');
    expect((await ended('model')).ProcessingJobStatus).toBe('Completed');
    expect(await getText(world, 'model/v')).toBe('beside the script');
  });

  it('fails as the program does, keeping the first KB of its message and none of its outputs', async () => {
    await create('failing', 'fail.py');
    const job = await ended('failing');

    expect(job).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: See job logs for more information',
    });
    expect(job.ExitMessage).toMatch(/^no such column: é/);
    expect(Buffer.byteLength(job.ExitMessage ?? '')).toBeLessThanOrEqual(1024);
    expect(await keysBelow(world, 'failing/')).toEqual([]);
  });

  it('may do what its role may: data it cannot read or write fails the job', async () => {
    denied.add('s3:GetObject');
    await create('unread', 'sum.py');
    expect((await ended('unread')).FailureReason).toMatch(/^ClientError: Data download failed:.*403/);
    denied.clear();
    denied.add('s3:PutObject');
    await create('unwritten', 'model.py');
    expect((await ended('unwritten')).FailureReason).toMatch(/^ClientError: Output upload failed:AccessDenied \(403\)/);
    denied.clear();
    await create('nothing', 'sum.py', { ProcessingInputs: [input('data', `s3://${BUCKET}/nothing-here/`)] });
    expect((await ended('nothing')).FailureReason).toMatch(/No S3 objects found under S3 URL/);
  });

  it('gives the program the keys of its role and the endpoint, unless it is isolated from the network', async () => {
    const script =
      'import json, os; json.dump(sorted(n for n in os.environ if n.startswith("AWS_")), open("/opt/ml/output/message", "w"))';
    const code = ['python3', '-c', script];
    const isolated = { NetworkConfig: { EnableNetworkIsolation: true } };
    await Promise.all([create('open', '', {}, code), create('isolated', '', isolated, code)]);
    const names = async (name: string) => JSON.parse((await ended(name)).ExitMessage ?? '') as string[];

    expect(await names('open')).toEqual(
      expect.arrayContaining(['AWS_ACCESS_KEY_ID', 'AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY']),
    );
    expect(await names('isolated')).toEqual(['AWS_REGION']);
  });

  it('stops on request, and runs again after a restart', async () => {
    await create('sleeping', 'sleep.py');
    await create('restarted', 'model.py', {}, ['/usr/bin/python3', `${folder}/code/model.py`]);
    await world.restart();
    await world.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: 'sleeping' }));

    expect((await ended('sleeping')).ProcessingJobStatus).toBe('Stopped');
    expect((await ended('restarted')).ProcessingJobStatus).toBe('Completed');
    await expect(world.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: 'sleeping' }))).rejects.toThrow(
      /is in status Stopped/,
    );
  });

  it('lists jobs, and reports unknown ones', async () => {
    const { ProcessingJobSummaries: found = [] } = await world.sagemaker.send(
      new ListProcessingJobsCommand({ StatusEquals: 'Failed', SortBy: 'Name' }),
    );

    expect(found.map((job) => job.ProcessingJobName)).toEqual(['failing', 'nothing', 'unread', 'unwritten']);
    await expect(describeJob('nobody')).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Could not find requested job with name: nobody',
    });
    await expect(create('sum', 'sum.py')).rejects.toMatchObject({ name: 'ResourceInUse' });
  });

  it.each<[string, Partial<CreateProcessingJobCommandInput>, RegExp]>([
    [
      'another image',
      { AppSpecification: { ImageUri: 'x.dkr.ecr/sagemaker-spark:3', ContainerEntrypoint: ['python3', 'a'] } },
      /in place of images of sagemaker-xgboost, sagemaker-scikit-learn\./,
    ],
    [
      'a program that is not Python',
      { AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: ['/bin/bash', 'run.sh'] } },
      /runs Python programs only, and the entrypoint is bash/,
    ],
    ["the image's own program", { AppSpecification: { ImageUri: IMAGE } }, /there is no ContainerEntrypoint/],
    [
      'a path outside',
      {
        ProcessingInputs: [
          { InputName: 'a', S3Input: { S3Uri: 's3://b/c', S3DataType: 'S3Prefix', LocalPath: '/data' } },
        ],
      },
      /LocalPath must be an absolute path below \/opt\/ml\/processing, found \/data/,
    ],
    [
      'a way out',
      {
        ProcessingInputs: [
          { InputName: 'a', S3Input: { S3Uri: 's3://b/c', S3DataType: 'S3Prefix', LocalPath: `${folder}/../../x` } },
        ],
      },
      /below \/opt\/ml\/processing/,
    ],
    [
      'Pipe mode',
      {
        ProcessingInputs: [
          {
            InputName: 'a',
            S3Input: { S3Uri: 's3://b/c', S3DataType: 'S3Prefix', LocalPath: `${folder}/a`, S3InputMode: 'Pipe' },
          },
        ],
      },
      /S3InputMode File only/,
    ],
    ['an input twice', { ProcessingInputs: [input('a', 's3://b/c'), input('a', 's3://b/d')] }, /a is used twice/],
    [
      'a feature store',
      { ProcessingOutputConfig: { Outputs: [{ OutputName: 'o', FeatureStoreOutput: { FeatureGroupName: 'g' } }] } },
      /neither FeatureStoreOutput nor AppManaged/,
    ],
  ])('refuses %s by name', async (_, change, message) => {
    await expect(create('refused', 'sum.py', change)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });
});
