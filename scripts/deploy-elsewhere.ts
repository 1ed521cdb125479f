/**
 * Deploys a package to ministack and reports every resource: see deploy-elsewhere.sh, which calls it with the package's folder and a
 * Python that has ministack.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  paginateListStackResources,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const [packageDir = '.serverless', python = 'python3'] = process.argv.slice(2);
const STACK = 'tidegate-dev';
const START_SECONDS = 60;
const DEPLOY_SECONDS = 300;

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Properties?: { readonly Code?: { readonly S3Key?: string } } }>
  >;
}
const readTemplate = (name: string): string =>
  readFileSync(join(packageDir, `cloudformation-template-${name}-stack.json`), 'utf8');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Starts ministack on a loopback port with a folder of its own. @returns its endpoint, and how to end it */
async function startMinistack(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'deploy-elsewhere-'));
  const child = spawn(python, ['-m', 'ministack'], {
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-4000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, delay(5000).then(() => child.kill('SIGKILL'))]);
    rmSync(home, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  for (let waited = 0; waited < START_SECONDS * 4; waited++) {
    if (child.exitCode !== null) break;
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return { endpoint, stop };
    await delay(250);
  }
  await stop();
  throw new Error(`ministack did not start:\n${log}`);
}

/** Waits until the stack is at rest. @throws Error with the reasons when it failed */
async function settled(client: CloudFormationClient): Promise<string> {
  for (let waited = 0; waited < DEPLOY_SECONDS * 2; waited++) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
    const status = Stacks?.[0]?.StackStatus ?? 'missing';
    if (!status.endsWith('_IN_PROGRESS')) {
      if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return status;
      const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: STACK }));
      const reasons = StackEvents.flatMap(({ LogicalResourceId: id, ResourceStatusReason: why, ResourceStatus: of }) =>
        why && of?.endsWith('FAILED') ? [`${id}: ${why}`] : [],
      );
      throw new Error(`The stack became ${status}.\n${reasons.join('\n')}`);
    }
    await delay(500);
  }
  throw new Error(`The stack was not deployed within ${DEPLOY_SECONDS} s.`);
}

/** As `serverless deploy` does it: a stack with the bucket of the packages, the packages, then everything. */
async function deploy(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint, region: 'eu-central-1', credentials };
  const cloudFormation = new CloudFormationClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const template = JSON.parse(readTemplate('update')) as Template;

  await cloudFormation.send(new CreateStackCommand({ StackName: STACK, TemplateBody: readTemplate('create') }));
  await settled(cloudFormation);
  const bucket = (await resourcesOf(cloudFormation)).find(
    (resource) => resource.id === 'ServerlessDeploymentBucket',
  )?.ref;
  if (bucket === undefined) throw new Error('The first stack made no bucket for the packages.');

  const keys = Object.values(template.Resources).flatMap(({ Properties }) => Properties?.Code?.S3Key ?? []);
  const zips = new Set(readdirSync(packageDir).filter((name) => name.endsWith('.zip')));
  for (const key of keys) {
    const name = key.slice(key.lastIndexOf('/') + 1);
    if (!zips.has(name)) throw new Error(`${name} is not in ${packageDir}.`);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(join(packageDir, name)) }));
  }
  const templateKey = `${keys[0]?.slice(0, keys[0].lastIndexOf('/'))}/compiled-cloudformation-template.json`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: templateKey, Body: readTemplate('update') }));
  await cloudFormation.send(
    new UpdateStackCommand({
      StackName: STACK,
      TemplateURL: `${endpoint}/${bucket}/${templateKey}`,
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
    }),
  );
  const status = await settled(cloudFormation);
  report(template, await resourcesOf(cloudFormation), status);
}

interface Deployed {
  readonly id: string;
  readonly ref: string;
  readonly type: string;
  readonly status: string;
}

async function resourcesOf(client: CloudFormationClient): Promise<Deployed[]> {
  const found: Deployed[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: STACK })) {
    for (const { LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus } of StackResourceSummaries)
      found.push({
        id: LogicalResourceId ?? '',
        ref: PhysicalResourceId ?? '',
        type: ResourceType ?? '',
        status: ResourceStatus ?? '',
      });
  }
  return found;
}

function report({ Resources }: Template, deployed: readonly Deployed[], status: string): void {
  const complete = new Set(deployed.filter((each) => each.status.endsWith('_COMPLETE')).map(({ id }) => id));
  for (const { id, type, ref, status: of } of [...deployed].sort((a, b) => (a.id < b.id ? -1 : 1)))
    process.stdout.write(`${of.padEnd(16)} ${type.padEnd(34)} ${id} (${ref})\n`);
  const wanted = Object.keys(Resources);
  const missing = wanted.filter((id) => !complete.has(id));
  process.stdout.write(
    `deploy-elsewhere: ${status}, ${wanted.length - missing.length} of ${wanted.length} resources\n`,
  );
  if (missing.length === 0) return;
  process.stderr.write(`deploy-elsewhere: not there: ${missing.join(', ')}\n`);
  process.exitCode = 1;
}

const { endpoint, stop } = await startMinistack();
try {
  await deploy(endpoint);
} finally {
  await stop();
}
