import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { auditFolder, readAudit } from 'embedded-cloud/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLoanBook } from '#examples/loans/generate';
import { defaultSettings, headerLine, loanBook } from '#examples/loans/loan-book';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { driftHistoryPrefix, driftHistorySchema } from '#schemas/records/drift-history';
import { driftTable } from '../../cli/commands/drift.ts';
import { predictRows } from '../../cli/commands/predict.ts';
import { readSlack } from '../../cli/commands/slack.ts';
import { listItems } from '../../cli/model-versions.ts';
import { getState, waitForExecution, watchDeployment } from '../../cli/runs.ts';
import { watchExecution } from '../../cli/watch.ts';
import { writePipeline } from '../support/many-pipelines.ts';
import { createMeddling } from './meddling.ts';
import { startProject, type UpProject } from './project.ts';

const pipeline = 'loans-back';
const read = [
  'income',
  'amount',
  'term',
  'purpose',
  'home',
  'employment_years',
  'dti',
  'inquiries',
  'prior_defaults',
  'utilisation',
];
let project: UpProject;
let folder: string;
const meddling = createMeddling();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-drift-'));
  const definition = writePipeline(folder, pipeline, {
    training: { hyperparameters: { num_round: 30, eta: 0.2, max_depth: 3 } },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.6 }] },
    registry: { approval: 'auto' },
    drift: {
      schedule: 'cron(0 6 1 1 ? *)',
      minRows: 200,
      // loans near the decision are a small part of any book
      performance: { metric: 'accuracy', maxOutside: 1, minOverlap: 0 },
      decision: { cooldown: '1d', slowDrift: 500 },
      action: 'roll-back',
    },
    stages: {},
  });
  project = await startProject([definition], { faults: meddling.faults });
}, 300_000);
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Loans as requests: model inputs of a book that no model was trained on, those with a true probability in a range. */
function applicants(count: number, least = 0, most = 1): Record<string, string | number>[] {
  const names = headerLine(defaultSettings).split(',');
  const found: Record<string, string | number>[] = [];
  for (const { line, probability } of loanBook(60_000, { ...defaultSettings, seed: 99, firstLoan: 900_001 })) {
    if (probability < least || probability > most) continue;
    const cells = line.split(',');
    const row = Object.fromEntries(
      read.flatMap((name) => {
        const cell = cells[names.indexOf(name)] ?? '';
        return cell === '' ? [] : [[name, Number.isNaN(Number(cell)) ? cell : Number(cell)]];
      }),
    );
    found.push(row);
    if (found.length === count) break;
  }
  return found;
}

/** The same incomes and the same amounts, paired the other way round: the greatest incomes go with the least amounts. */
function turnedRound(rows: readonly Record<string, string | number>[]): Record<string, string | number>[] {
  const ordered = rows.toSorted((a, b) => Number(a['amount']) - Number(b['amount']));
  return ordered.map((row, i) => {
    const { income } = ordered[ordered.length - 1 - i] ?? {};
    return { ...row, ...(income === undefined ? {} : { income }) };
  });
}

async function deployBook(seed: number): Promise<void> {
  const since = Date.now();
  const { files } = await writeLoanBook(join(folder, `book-${seed}`), 6000, { seed }, 1);
  const { ended, run } = await project.drop(pipeline, files, `2026-01-0${seed}`);
  expect(ended, JSON.stringify(ended)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
  const deployed = await watchDeployment(project.target, run?.modelPackageArn ?? '', since, {
    otherwise: 'no deployment',
    silent: true,
  });
  expect(deployed).toMatchObject({ status: 'SUCCEEDED' });
}

/** The keys of captured requests. */
async function captures(): Promise<string[]> {
  const { s3, outputs } = project.target;
  const list = new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix: `${pipeline}/captures/` });
  return ((await s3.send(list)).Contents ?? []).map(({ Key = '' }) => Key);
}

/** Asks the model, and waits until the requests were captured. @returns the keys of the new captures */
async function ask(rows: readonly Record<string, string | number>[]): Promise<string[]> {
  const before = await captures();
  const added = async () => (await captures()).filter((key) => !before.includes(key));
  await predictRows(project.target, pipeline, rows);
  await expect.poll(async () => (await added()).length, { timeout: 30_000, interval: 250 }).toBeGreaterThan(0);
  return added();
}

const startCheck = async (): Promise<string> => {
  const { sfn, outputs } = project.target;
  const input = JSON.stringify({ pipeline });
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: outputs.CheckDriftStateMachineArn, input }),
  );
  return executionArn;
};

async function check() {
  const executionArn = await startCheck();
  const ended = await watchExecution(project.target.sfn, executionArn, { silent: true });
  expect(ended, JSON.stringify(ended)).toMatchObject({ status: 'SUCCEEDED' });
  return { check: driftCheckSchema.parse(ended.output), executionArn };
}

describe('a version that drift began with', { timeout: 240_000 }, () => {
  it('follows one whose performance is estimated to be good', async () => {
    await deployBook(1);
    await ask(applicants(1000));

    const { check: first } = await check();

    expect(first).toMatchObject({ alarm: false, performance: { status: 'estimated' }, step: { start: 'nothing' } });
    expect(['none', 'note']).toContain(first.decision?.severity);
  });

  it('is taken back: the version before is deployed and tested, and Slack says why', async () => {
    await deployBook(2);
    await ask(applicants(600, 0.4, 0.6));
    const since = Date.now();

    const { check: second } = await check();

    expect(second, JSON.stringify(second.performance)).toMatchObject({
      alarm: true,
      decidedBy: 'performance',
      decision: { loss: { metric: 'accuracy' } },
      step: { action: 'roll-back', start: 'roll-back', version: 1 },
    });
    expect(second.decision?.loss?.least).toBeGreaterThan(0);
    const deployment = await waitForExecution(
      project.target,
      project.target.outputs.DeployStateMachineArn,
      'rolledBackAt',
      since,
      {
        otherwise: 'drift started no roll-back',
      },
    );
    expect(await watchExecution(project.target.sfn, deployment, { silent: true })).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(await getState(project.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 1 });
    const texts = (await readSlack(project.cloud.endpoint)).map(({ text }) => text);
    expect(texts.some((text) => text.includes('A roll-back to version 1 has been started'))).toBe(true);
    expect(texts.some((text) => text.includes('Drift: the estimate of accuracy'))).toBe(true);
  });

  it('leaves a history of its checks, which end by themselves', async () => {
    const { outputs } = project.target;
    const items = (await listItems(project.target, outputs.StateTableName, pipeline, driftHistoryPrefix)).map((item) =>
      driftHistorySchema.parse(item),
    );
    expect(items.map(({ modelVersion, alarm, step }) => [modelVersion, alarm, step.start])).toEqual(
      expect.arrayContaining([
        [1, false, 'nothing'],
        [2, true, 'roll-back'],
      ]),
    );
    for (const { checkedAt, expiresAt } of items) expect(expiresAt).toBeGreaterThan(Date.parse(checkedAt) / 1000);
  });

  it('passes over a captured request that was deleted after it was listed', async () => {
    const [gone = ''] = await ask(applicants(300));
    const { s3, outputs } = project.target;
    const remove = () => s3.send(new DeleteObjectCommand({ Bucket: outputs.CleanBucketName, Key: gone }));
    const removed = meddling.once('CountCapturesRole', 'GetObject', remove, { waitMs: 1500 });

    const { check: third } = await check();
    await removed;

    expect(third.unread).toMatchObject({ objects: 1 });
  });

  it('counts later what a check that was stopped did not count', async () => {
    await ask(applicants(300));
    let executionArn = '';
    const stop = async () => {
      await sleep(500);
      await project.target.sfn.send(new StopExecutionCommand({ executionArn, cause: 'stopped while it counted' }));
    };
    const stopped = meddling.once('CheckDriftMachineRole', 'StartExecution', stop, { held: 'ListCapturesRole' });
    const before = await getState(project.target, pipeline, 'drift');
    executionArn = await startCheck();
    await stopped;
    expect(await watchExecution(project.target.sfn, executionArn, { silent: true })).toMatchObject({
      status: 'ABORTED',
    });

    const { check: last } = await check();

    expect(last.window.rows).toBeGreaterThanOrEqual(Number(before?.['rows']) + 300);
  });

  it('merges what many checks counted of an hour', async () => {
    const { s3, outputs } = project.target;
    const sketches = async () => {
      const list = new ListObjectsV2Command({
        Bucket: outputs.ArtifactsBucketName,
        Prefix: `${pipeline}/drift-sketches/`,
      });
      return ((await s3.send(list)).Contents ?? []).map(({ Key = '' }) => Key);
    };
    const isMerged = async () => (await sketches()).some((key) => key.endsWith('-merged.json'));
    const rows = Number((await getState(project.target, pipeline, 'drift'))?.['rows']);
    let asked = 0;
    // an hour may end meanwhile: its sketches begin anew
    for (let checks = 0; checks < 9 && !(await isMerged()); checks++) {
      asked += (await ask(applicants(20))).length > 0 ? 20 : 0;
      await check();
    }

    expect(await isMerged()).toBe(true);
    const { check: after } = await check();
    expect(after.window.rows).toBeGreaterThanOrEqual(rows + asked);
  });

  it('names all columns together and the pair, where only the relation of two columns changed', async () => {
    await ask(turnedRound(applicants(2000).filter(({ income }) => income !== undefined)));

    const { check: turned } = await check();

    expect(turned, JSON.stringify(turned.columns)).toMatchObject({ drifted: true, driftedColumns: [] });
    const [first] = turned.together?.causes ?? [];
    expect(first?.columns.toSorted()).toEqual(['amount', 'income']);
    expect(first?.share).toBeGreaterThan(0.5);
    expect(turned.together?.reason).toMatch(
      /^Classifier AUC 0\.\d+ is over 0\.6; most of it: the relation of income and amount /,
    );
    expect(driftTable(turned)).toMatch(/all columns together +Classifier AUC/);
  });

  it('was denied nothing by its roles', () => {
    const denied = [...readAudit(auditFolder(project.cloud.context.stateDir)).lines()].flatMap(
      ({ role, authorization }) =>
        authorization.filter(({ decision }) => decision !== 'allow').map(({ action }) => `${role}: ${action}`),
    );
    expect(denied).toEqual([]);
  });
});
