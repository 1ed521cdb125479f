import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import type { Cloud } from 'embedded-cloud';
import { writeLoanBook } from '#examples/loans/generate';
import { uploadDrop } from '../../cli/commands/drop.ts';
import { listRuns, type RunRecord, waitForExecution, watchDeployment } from '../../cli/runs.ts';
import { closeTarget, type Target } from '../../cli/target.ts';
import { type Ended, watchExecution } from '../../cli/watch.ts';
import { openCloudTarget } from '../../test/e2e/project.ts';
import { packageProject } from '../../test/support/package-project.ts';

export const pipeline = 'loan-canary';

type Reached = Pick<Cloud, 'endpoint' | 'region' | 'admin' | 'outputs'>;

/** A cloud whose API lets any rate pass, with models of one pipeline. */
export interface Project {
  readonly cloud: Reached;
  readonly target: Target;
  /** Trains and registers a model of a loan book; nothing is deployed. */
  train(seed: number, damage?: 'units'): Promise<RunRecord>;
  /** Approves a model and waits for the end of its deployment. */
  deploy(run: RunRecord): Promise<Ended>;
  close(): Promise<void>;
}

/** The example pipeline, with approval by hand. */
function writePipeline(folder: string): string {
  const example = fileURLToPath(new URL(`../../pipelines/${pipeline}.yml`, import.meta.url));
  const file = join(folder, `${pipeline}.yml`);
  const text = readFileSync(example, 'utf8')
    .replace('approval: auto', 'approval: manual')
    // a busy machine is slow: it must not take the good model back
    .replace('latency: 1000, ', '');
  writeFileSync(file, text);
  return file;
}

export async function startProject(): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-reliability-'));
  const packaged = packageProject('local', {
    pipelines: [writePipeline(folder)],
    hostBinding: true,
    params: { apiRequestsPerSecond: '10000', apiBurst: '5000' },
  });
  const stateDir = join(folder, 'state');
  mkdirSync(stateDir);
  const script = fileURLToPath(new URL('cloud.ts', import.meta.url));
  const child = fork(script, [packaged.templatePath, packaged.folder, stateDir]);
  const [cloud] = (await once(child, 'message')) as [Reached];
  const target = openCloudTarget(cloud);
  return {
    cloud,
    target,
    async train(seed, damage) {
      const name = `book-${seed}`;
      const settings = { seed, firstLoan: 1 + seed * 20_000, ...(damage ? { damage } : {}) };
      const { files } = await writeLoanBook(join(folder, name), 20_000, settings, 1);
      const since = Date.now();
      const prefix = await uploadDrop(target, pipeline, files, { folder: name });
      const otherwise = `no run started for ${prefix}`;
      const arn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, { otherwise });
      const ended = await watchExecution(target.sfn, arn, { silent: true });
      const run = (await listRuns(target, pipeline, 100)).find(({ executionArn }) => executionArn === arn);
      if (!run?.modelPackageArn) throw new Error(`${prefix} registered no model: ${JSON.stringify(ended)}`);
      return run;
    },
    async deploy({ modelPackageArn = '' }) {
      const since = Date.now();
      await target.sageMaker.send(
        new UpdateModelPackageCommand({ ModelPackageArn: modelPackageArn, ModelApprovalStatus: 'Approved' }),
      );
      return watchDeployment(target, modelPackageArn, since, { otherwise: 'no deployment started', silent: true });
    },
    async close() {
      closeTarget(target);
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      packaged.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
