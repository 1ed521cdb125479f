import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import type { ContainerRuntime } from 'embedded-cloud/sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveModel } from '#cli/backtest/local-model';
import { PythonUnavailableError } from '#cli/python/environment';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';

const s3 = mockClient(S3Client);
const sageMaker = mockClient(SageMakerClient);
const target = {
  s3: new S3Client({ region: 'eu-central-1' }),
  sageMaker: new SageMakerClient({ region: 'eu-central-1' }),
};
const arn = 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/1';

let root: string;
let directory: string;
beforeEach(() => {
  s3.reset();
  sageMaker.reset();
  root = mkdtempSync(join(tmpdir(), 'local-model-'));
  directory = join(root, 'place');
  mkdirSync(directory);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A container's program that answers each row with the number in its model, and refuses rows with a word in them. */
const server = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
process.stdin.resume();
process.stdin.on('end', () => process.exit(1));
process.on('SIGTERM', () => process.exit(0));
const answer = readFileSync(process.env.SAGEMAKER_BASE_DIR + '/model/number', 'utf8');
const own = createServer(async (request, response) => {
  if (request.url === '/ping') return response.end();
  const rows = (await text(request)).trim().split('\\n');
  if (/[a-z]/.test(rows[0])) return response.writeHead(415).end('no number');
  response.end(rows.map(() => answer + process.env.UNIT).join('\\n'));
});
own.listen(0, '127.0.0.1', () => console.log('up on http://127.0.0.1:' + own.address().port));
`;
const runtime = (prepare: ContainerRuntime['prepare']): ContainerRuntime => ({
  repositories: ['sagemaker-xgboost'],
  runs: 'algorithm',
  prepare,
});
const runs = runtime(async () => {
  writeFileSync(join(root, 'server.mjs'), server);
  return { command: [process.execPath, join(root, 'server.mjs')] };
});

function register(image: string, uri = 's3://artifacts/loan/runs/r1/model/output/model.tar.gz'): void {
  const container = { Image: image, ModelDataUrl: uri, Environment: { UNIT: '5' } };
  sageMaker.on(DescribeModelPackageCommand, { ModelPackageName: arn }).resolves({
    InferenceSpecification: { Containers: [container], SupportedContentTypes: [], SupportedResponseMIMETypes: [] },
  });
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model', 'number'), '0.');
  execFileSync('tar', ['-czf', join(root, 'model.tar.gz'), '-C', join(root, 'model'), 'number']);
  s3.on(GetObjectCommand).callsFake(() => ({
    Body: Readable.from([readFileSync(join(root, 'model.tar.gz'))]) as never,
  }));
}
const serve = (packageArn: string | undefined, runtimes: readonly ContainerRuntime[]) =>
  serveModel(target, packageArn, xgboost, { directory, onProgress: () => {} }, runtimes);
const image = '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.0-5';

describe('a registered model on this machine', () => {
  it('answers rows by the program of its image, and no endpoint is asked', async () => {
    register(image);
    const model = await serve(arn, [runs]);
    if (!('score' in model)) throw new Error(model.unscored);
    try {
      expect(await model.score('1,2\n3,4\n')).toBe('0.5\n0.5');
      await expect(model.score('word\n')).rejects.toThrow('the model answered with status 415');
    } finally {
      await model.stop();
    }
    const [call] = s3.commandCalls(GetObjectCommand);
    expect(call?.args[0].input).toMatchObject({ Bucket: 'artifacts', Key: 'loan/runs/r1/model/output/model.tar.gz' });
  });

  it('has no scores where the run registered none, or this machine cannot run it', async () => {
    expect(await serve(undefined, [runs])).toEqual({ unscored: 'the run registered no model' });
    register('123456789012.dkr.ecr.eu-central-1.amazonaws.com/our-own:2');
    expect(await serve(arn, [runs])).toEqual({ unscored: 'this machine cannot run the image our-own' });
  });

  it('has no scores where there is no Python, or the program does not start; other errors are errors', async () => {
    register(image);
    const fails = (error: Error) => runtime(() => Promise.reject(error));
    expect(await serve(arn, [fails(new PythonUnavailableError('no python3 was found'))])).toEqual({
      unscored: 'no python3 was found',
    });
    const ends = runtime(async () => ({ command: [process.execPath, '-e', 'process.exit(1)'] }));
    expect(await serve(arn, [ends])).toEqual({ unscored: 'the container did not start to listen' });
    await expect(serve(arn, [fails(new Error('a bug'))])).rejects.toThrow('a bug');
  });
});
