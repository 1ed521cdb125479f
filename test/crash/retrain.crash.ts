import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, ListModelPackagesCommand, ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { type KillableCloud, seeded, startKillable } from 'embedded-cloud/testing/clouds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getState, listRuns } from '../../cli/runs.ts';
import type { Target } from '../../cli/target.ts';
import { tinyDrop, tinyPipeline } from '../chaos/tiny-pipeline.ts';
import { openCloudTarget } from '../e2e/project.ts';
import { type PackagedProject, packageProject } from '../support/package-project.ts';
import { python } from '../support/python.ts';

const SEEDS = (process.env['CRASH_SEEDS'] ?? '1,2,3').split(',').map(Number);
const KILLS = 8;
const LONGEST_MS = 5000;
const machines = [
  'retrain',
  'run-pipeline',
  'prepare-data',
  'train-candidate',
  'deploy',
  'test-endpoint',
  'recover-run',
] as const;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const pipelineOf = (seed: number): string => `crash-${seed}`;

describe.skipIf(!python)('the product, its cloud killed in the middle of its work', () => {
  let folder: string;
  let packaged: PackagedProject;
  let cloud: KillableCloud | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegate-crash-'));
    const pipelines = SEEDS.map((seed) => {
      const file = join(folder, `${pipelineOf(seed)}.yml`);
      writeFileSync(file, tinyPipeline(pipelineOf(seed)).replace('approval: manual', 'approval: auto'));
      return file;
    });
    packaged = packageProject('local', { pipelines, hostBinding: true });
  });
  afterAll(async () => {
    await cloud?.kill();
    packaged.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function up(port: number, seed: number): Promise<{ running: KillableCloud; target: Target }> {
    const stateDir = join(packaged.copy, `.tidegate-${seed}`);
    mkdirSync(stateDir, { recursive: true });
    const running = await startKillable({
      templatePath: packaged.templatePath,
      packageDir: packaged.folder,
      stateDir,
      stackName: 'tidegate-local',
      program: join(import.meta.dirname, 'cloud-process.ts'),
      port,
      parameters: { SlackApiUrl: `http://127.0.0.1:${port}/_slack/api/` },
      secrets: { SlackTokenSecret: 'xoxb-local' },
    });
    cloud = running;
    return { running, target: openCloudTarget(running) };
  }

  const executionsOf = async ({ sfn, outputs }: Target, name: string): Promise<string[]> => {
    const stateMachineArn = outputs.RetrainStateMachineArn.replace(/retrain$/, name);
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    return executions.map(({ executionArn = '' }) => executionArn);
  };

  /** Waits until a model was deployed and nothing runs any more; false when the cloud went away before. */
  async function deployed(target: Target): Promise<boolean> {
    try {
      for (;;) {
        const all = await Promise.all(machines.map((name) => executionsOf(target, name)));
        const ends = await Promise.all(
          all.flat().map((executionArn) => target.sfn.send(new DescribeExecutionCommand({ executionArn }))),
        );
        const running = ends.filter(({ status }) => status === 'RUNNING');
        const failed = ends.filter(({ status }) => status !== 'RUNNING' && status !== 'SUCCEEDED');
        const deployments = all[machines.indexOf('deploy')] ?? [];
        if (failed.length > 0) return true;
        if (running.length === 0 && deployments.length > 0) return true;
        await sleep(200);
      }
    } catch {
      return false;
    }
  }

  async function expectDeployed(target: Target, seed: number): Promise<void> {
    const pipeline = pipelineOf(seed);
    for (const name of machines) {
      for (const executionArn of await executionsOf(target, name)) {
        const { status, error, cause } = await target.sfn.send(new DescribeExecutionCommand({ executionArn }));
        expect({ name, status, error, cause }).toEqual({ name, status: 'SUCCEEDED' });
        const { events = [] } = await target.sfn.send(
          new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
        );
        expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
      }
    }
    expect(await executionsOf(target, 'retrain')).toHaveLength(1);
    expect(await executionsOf(target, 'deploy')).toHaveLength(1);
    expect(await executionsOf(target, 'recover-run')).toHaveLength(0);
    const runs = await listRuns(target, pipeline, 10);
    expect(runs).toHaveLength(1);
    expect(await getState(target, pipeline, 'lease')).toBeUndefined();
    expect(await getState(target, pipeline, 'champion')).toMatchObject({ runId: runs[0]?.runId });
    const { TrainingJobSummaries = [] } = await target.sageMaker.send(new ListTrainingJobsCommand({}));
    expect(TrainingJobSummaries.map(({ TrainingJobStatus }) => TrainingJobStatus)).toEqual(['Completed']);
    const { ModelPackageSummaryList = [] } = await target.sageMaker.send(
      new ListModelPackagesCommand({ ModelPackageGroupName: `tidegate-local-${pipeline}` }),
    );
    expect(ModelPackageSummaryList).toHaveLength(1);
    const endpoint = await target.sageMaker.send(
      new DescribeEndpointCommand({ EndpointName: `tidegate-local-${pipeline}` }),
    );
    expect(endpoint.EndpointStatus).toBe('InService');
  }

  it.each(SEEDS)('trains one model and deploys it, by seed %i', async (seed) => {
    const random = seeded(seed);
    const port = await freePort();
    for (let kills = 0; ; kills += 1) {
      const { running, target } = await up(port, seed);
      if (kills === 0) {
        const put = (name: string, text: string) =>
          target.s3.send(
            new PutObjectCommand({
              Bucket: target.outputs.RawBucketName,
              Key: `${pipelineOf(seed)}/first/${name}`,
              Body: Buffer.from(text),
            }),
          );
        await put('rows.csv', tinyDrop(seed));
        await put('_SUCCESS', '');
      }
      const end = deployed(target);
      const killed = kills < KILLS && !(await Promise.race([end, sleep(500 + random() * LONGEST_MS, false)]));
      if (!killed) expect(await end).toBe(true);
      if (!killed) await expectDeployed(target, seed);
      await running.kill();
      await end;
      for (const client of [target.s3, target.sfn, target.lambda, target.sageMaker, target.db]) client.destroy();
      if (!killed) return;
    }
  });
});
