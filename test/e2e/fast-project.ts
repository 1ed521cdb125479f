import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import { writeLoanBook } from '#examples/loans/generate';
import type { PredictResponse } from '#schemas/events/predict';
import { uploadOutcomes } from '../../cli/commands/outcomes.ts';
import { predictRows } from '../../cli/commands/predict.ts';
import { readSlack } from '../../cli/commands/slack.ts';
import { waitForExecution, watchDeployment } from '../../cli/runs.ts';
import { type Ended, watchExecution } from '../../cli/watch.ts';
import { writePipeline } from '../support/many-pipelines.ts';
import { createFastClock } from './fast-clock.ts';
import { startProject, type UpProject } from './project.ts';

/** How much faster time passes where a test waits: a task with a limit of a minute still has six seconds, beside another file. */
const FASTER = 10;

/** Raw rows with ids that must stay out of the log. */
export const manyApplicants = Array.from({ length: 40 }, (_, i) => ({
  loan_id: `honeytoken-${i}`,
  income: 20_000 + 2_000 * i,
  amount: 5_000 + 300 * i,
  term: i % 2 === 0 ? 36 : 60,
  dti: 5 + i,
}));

export type Answer = Pick<PredictResponse, 'model' | 'predictions'>;

/** A project in a cloud whose time can pass faster, and what people do with it. */
export interface FastProject extends UpProject {
  /** For files of the tests. */
  readonly folder: string;
  /** Lets time pass faster while something is done. */
  hurry<R>(act: () => Promise<R>): Promise<R>;
  /** The time by the clock of the cloud, in milliseconds since 1970. */
  now(): number;
  /** Trains a model on a loan book. @returns its package */
  register(
    pipeline: string,
    seed: number,
    book?: { readonly damage?: 'units'; readonly rows?: number },
  ): Promise<string>;
  decide(modelPackageArn: string, status?: 'Approved' | 'Rejected'): Promise<void>;
  /** Approves a model and waits for the deployment that this starts. */
  approve(modelPackageArn: string): Promise<Ended>;
  predict(pipeline: string, rows: readonly object[]): Promise<Answer>;
  /** Sends a file with outcomes and waits until it is recorded. */
  sendOutcomes(pipeline: string, name: string, lines: readonly string[]): Promise<Ended>;
  slackText(): Promise<string>;
  /** The JSON of an object of the prediction log. */
  readLog(key: string): Promise<string>;
}

/** Writes the loan pipeline under a name, with trees that are quick to train, few gates, and models that a person approves. */
export const writeQuickPipeline = (folder: string, name: string, settings: object): string =>
  writePipeline(folder, name, {
    training: { hyperparameters: { num_round: 40, eta: 0.1, max_depth: 3 } },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.6 }] },
    registry: { approval: 'manual' },
    drift: undefined,
    ...settings,
  });

/** @param pipelines writes further pipelines into a folder and lists the files */
export async function startFastProject(
  pipelines: (folder: string) => readonly string[],
  options: Pick<NonNullable<Parameters<typeof startProject>[1]>, 'faults'> = {},
): Promise<FastProject> {
  const clock = createFastClock();
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-fast-'));
  const project = await startProject(pipelines(folder), { ...options, clock });
  const { target, cloud } = project;
  const decide: FastProject['decide'] = async (ModelPackageArn, ModelApprovalStatus = 'Approved') => {
    await target.sageMaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus }));
  };
  return {
    ...project,
    folder,
    now: clock.now,
    async hurry(act) {
      clock.run(FASTER);
      try {
        return await act();
      } finally {
        clock.run(1);
      }
    },
    async register(pipeline, seed, { damage, rows = 6000 } = {}) {
      const settings = { seed, ...(damage ? { damage } : {}) };
      const { files } = await writeLoanBook(join(folder, `${pipeline}-${seed}-${rows}`), rows, settings, 1);
      const { ended, run } = await project.drop(pipeline, files, `book-${seed}-${rows}`);
      expect(ended, JSON.stringify(ended)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
      return run?.modelPackageArn ?? '';
    },
    decide,
    async approve(modelPackageArn) {
      const since = clock.now();
      await decide(modelPackageArn);
      return watchDeployment(target, modelPackageArn, since, { otherwise: 'no deployment', silent: true });
    },
    predict: (pipeline, rows) => predictRows(target, pipeline, rows as Parameters<typeof predictRows>[2]),
    async sendOutcomes(pipeline, name, lines) {
      const file = join(folder, name);
      writeFileSync(file, `${lines.join('\n')}\n`);
      const since = clock.now();
      const key = await uploadOutcomes(target, pipeline, file);
      const machine = target.outputs.RecordOutcomesStateMachineArn;
      const arn = await waitForExecution(target, machine, key, since, { otherwise: 'nothing was recorded' });
      return watchExecution(target.sfn, arn, { silent: true });
    },
    slackText: async () => (await readSlack(cloud.endpoint)).map(({ text }) => text).join('\n'),
    async readLog(key) {
      const { Body } = await target.s3.send(new GetObjectCommand({ Bucket: target.outputs.CleanBucketName, Key: key }));
      return gunzipSync((await Body?.transformToByteArray()) ?? '').toString();
    },
    async close() {
      await project.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends requests one after another until it is stopped. @returns the answers, and what went wrong */
export function keepAsking<A>(ask: () => Promise<A>): () => Promise<{ answers: A[]; wrong: string[] }> {
  const wrong = new Set<string>();
  const answers: A[] = [];
  let over = false;
  const asking = (async () => {
    while (!over) {
      await ask().then(
        (answer) => answers.push(answer),
        (error: Error) => wrong.add(`${error.name}: ${error.message}`),
      );
      await sleep(50);
    }
  })();
  return async () => {
    over = true;
    await asking;
    return { answers, wrong: [...wrong] };
  };
}

/** The different predictions that were given in the name of a version. */
export const predictionsBy = (version: number, answers: readonly Answer[]): unknown[] => [
  ...new Map(
    answers
      .filter(({ model }) => model.version === version)
      .map(({ predictions }) => [JSON.stringify(predictions), predictions]),
  ).values(),
];
