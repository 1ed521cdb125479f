import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  ListTrainingJobsCommand,
} from '@aws-sdk/client-sagemaker';
import { ListExecutionsCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { auditFolder, readAudit } from 'embedded-cloud/audit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { priceAll } from '#domain/costs/amount';
import { runUsage } from '#domain/costs/run-usage';
import { latestResultKey } from '#domain/endpoint-tests/suite';
import { endpointName } from '#domain/naming';
import { planShards } from '#domain/runs/drop';
import { artifactKeys, type RunPointer, rawKeys, runPrefix } from '#domain/runs/layout';
import { writeLoanBook } from '#examples/loans/generate';
import { apiAnswerSchema } from '#schemas/events/prediction-api';
import { costedRunSchema, type Measured } from '#schemas/records/costs';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { profileSchema } from '#schemas/records/profile';
import { dropFilesSchema, dropRecordSchema, trainingRecordSchema } from '#schemas/records/run';
import { sidesSchema } from '#schemas/records/sides';
import type { TestResult } from '#schemas/records/test-result';
import { uploadDrop } from '../../cli/commands/drop.ts';
import { predictRows } from '../../cli/commands/predict.ts';
import { readSlack, type SlackMessage } from '../../cli/commands/slack.ts';
import { listItems } from '../../cli/model-versions.ts';
import { getState, listRuns, type RunRecord, waitForExecution, watchDeployment } from '../../cli/runs.ts';
import { watchExecution } from '../../cli/watch.ts';
import { clientOf, runClient, runTypeScript } from './api-clients.ts';
import { startProject, type UpProject } from './project.ts';
import { auditedRuns, type Usage, usageOf } from './run-costs.ts';

const pipeline = 'loan-default';
let project: UpProject;
let folder: string;
let champion: RunRecord;
let usage: Usage;
let audited: Measured;

const slack = (): Promise<SlackMessage[]> => readSlack(project.cloud.endpoint);
async function writeBook(
  name: string,
  settings: Parameters<typeof writeLoanBook>[2],
  rows = 20_000,
): Promise<readonly string[]> {
  return (await writeLoanBook(join(folder, name), rows, settings, 2)).files;
}
async function trainingJobs(): Promise<number> {
  const { TrainingJobSummaries = [] } = await project.target.sageMaker.send(new ListTrainingJobsCommand({}));
  return TrainingJobSummaries.length;
}

async function checkDrift() {
  const { sfn, outputs } = project.target;
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: outputs.CheckDriftStateMachineArn,
      input: JSON.stringify({ pipeline }),
    }),
  );
  return watchExecution(sfn, executionArn, { silent: true });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-loans-'));
  project = await startProject();
}, 300_000);
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the loan book, from drop to deployed model', () => {
  it('trains, gates, registers, deploys and tests a good book', async () => {
    const since = Date.now();
    const { ended, run } = await project.drop(pipeline, await writeBook('good', { seed: 7 }), 'first');

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
    if (!run?.modelPackageArn) throw new Error('nothing was registered');
    const deployment = { otherwise: 'no deployment', silent: true };
    expect(await watchDeployment(project.target, run.modelPackageArn, since, deployment)).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(await getState(project.target, pipeline, 'champion')).toMatchObject({
      runId: run.runId,
      modelPackageVersion: 1,
    });
    champion = run;
    usage = await usageOf(project);
    audited = await auditedRuns(project);
  });

  it('climbs the ladder of default tests, each against the real endpoint', async () => {
    const { EndpointTestsTableName } = project.target.outputs;
    const tested = endpointName('local', pipeline);
    const [latest] = await listItems(project.target, EndpointTestsTableName, tested, latestResultKey);
    const results = latest?.['results'] as TestResult[];
    expect(results.map(({ kind, passed }) => [kind, passed])).toEqual(
      ['contract', 'golden', 'latency', 'monotonicity', 'robustness'].map((kind) => [kind, true]),
    );
    expect(results.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^2 columns in \d+ changed rows: the answer never goes the wrong way$/),
        '7 bad requests refused, the same answer after each',
      ]),
    );
    const { hyperparameters } = await project.readArtifact(artifactKeys(champion).training, trainingRecordSchema);
    expect(hyperparameters).toMatchObject({ monotone_constraints: expect.stringContaining('-1'), tree_method: 'hist' });
  });

  it('takes about as many states, calls and requests as docs/deploy.md says', () => {
    const table = readFileSync('docs/deploy.md', 'utf8');
    const said = (pattern: RegExp) => Number(pattern.exec(table)?.[1]);
    const documented: Usage = {
      states: said(/^\| Step Functions \| (\d+) states/m),
      lambda: said(/^\| Lambda \| (\d+) invocations/m),
      s3Writes: said(/^\| S3 \| (\d+) writes/m),
      s3Reads: said(/^\| S3 \| \d+ writes, (\d+) reads/m),
      dynamoWrites: said(/^\| DynamoDB \| (\d+) writes/m),
      dynamoReads: said(/^\| DynamoDB \| \d+ writes, (\d+) strongly/m),
    };

    // Retries, polls and events that are sent twice differ from run to run.
    const off = Object.entries(documented).flatMap(([what, n]) => {
      const used = usage[what as keyof Usage];
      return Math.abs(used - n) < 0.2 * n + 3 ? [] : [`${what}: ${used} instead of ${n}`];
    });
    expect(off).toEqual([]);
  });

  it('has recorded what the run cost, within a tenth of what the audit log counts', async () => {
    const { costs } = costedRunSchema.parse(await getState(project.target, pipeline, `run#${champion.runId}`));
    const region = project.target.region;
    const counted = priceAll(runUsage(audited, true), { region });

    expect(costs).toMatchObject({ region, estimate: { about: true } });
    // an event that is sent twice calls AdmitDrop and Notify once more
    expect([0, 1, 2]).toContain(audited.calls - (costs?.measured?.calls ?? 0));
    expect(costs?.actual?.usd ?? 0, JSON.stringify([costs, audited])).toBeGreaterThan(0.9 * counted.usd);
    expect(costs?.actual?.usd, JSON.stringify([costs, audited])).toBeLessThan(1.1 * counted.usd);
  });

  it('registers the whole lineage', async () => {
    const described = await project.target.sageMaker.send(
      new DescribeModelPackageCommand({ ModelPackageName: champion.modelPackageArn }),
    );

    expect(described.ModelApprovalStatus).toBe('Approved');
    expect(described.ModelMetrics?.ModelQuality?.Statistics?.S3Uri).toContain(artifactKeys(champion).evaluation);
    expect(described.CustomerMetadataProperties).toMatchObject({
      run_id: champion.runId,
      dataset_version: champion.datasetVersion,
      pipeline,
    });
    expect(Object.keys(described.CustomerMetadataProperties ?? {})).toEqual(
      expect.arrayContaining(['git_commit', 'config_hash', 'object_versions', 'metric.auc', 'hyperparameter.eta']),
    );
  });

  it('predicts raw rows and names the model version', async () => {
    const answer = await predictRows(project.target, pipeline, [
      { income: 30_000, amount: 9000, term: 36, purpose: 'car', home: 'rent' },
      { income: 90_000 },
    ]);

    expect(answer.model).toMatchObject({ version: 1, runId: champion.runId });
    expect(answer.predictions).toHaveLength(2);
    for (const p of answer.predictions)
      expect(p).toMatchObject({ score: expect.any(Number), label: expect.stringMatching(/^[01]$/) });
  });

  it('answers the clients of docs/predict-api.md over HTTP', async () => {
    const [expected] = (
      await predictRows(project.target, pipeline, [
        { income: 31_000, amount: 14_000, term: 60, purpose: 'car', home: 'rent' },
      ])
    ).predictions;
    const answers = [
      await runClient(['bash', '-c', clientOf('bash')], project.cloud),
      await runTypeScript(project.cloud),
    ];

    for (const text of answers) {
      expect(apiAnswerSchema.parse(JSON.parse(text))).toMatchObject({
        pipeline,
        model: { version: 1, runId: champion.runId },
        predictions: [expected],
      });
    }
  });

  it('answers CSV over HTTP, and errors that name the place and no value', async () => {
    const send = (type: string, body: string, name = pipeline) => {
      const command = clientOf('bash')
        .replace('application/json', type)
        .replace(/--data '.*'/, '--data-binary "$BODY" --write-out "%{http_code}"')
        .replace('--fail-with-body', '')
        .replace('loan-default', name);
      process.env['BODY'] = body;
      return runClient(['bash', '-c', command], project.cloud);
    };
    expect(await send('text/csv', 'income,term\n31000,60\n90000,36\n')).toMatch(
      /"predictions":\[\{.*\},\{.*\}\].*200$/,
    );
    const bad = await send('application/json', '{"rows":[{"income":1},{"income":"jane"}]}');
    expect(bad).toMatch(/"code":"invalid-rows".*"row":2,"column":"income".*400$/);
    expect(bad).not.toContain('jane');
    expect(await send('text/xml', '<a/>')).toMatch(/"code":"unsupported-type".*415$/);
    expect(await send('application/json', '{}', 'nobody')).toMatch(/"code":"unknown-pipeline".*404$/);
    expect(await send('application/json', '{"rows":[{}]}', 'flight-delay')).toMatch(/"code":"no-model".*503$/);
  });

  it('trains once, however often the drop is delivered', async () => {
    const before = await trainingJobs();
    const { s3, sfn, outputs } = project.target;
    const marker = { Bucket: outputs.RawBucketName, Key: `${pipeline}/first/_SUCCESS`, Body: new Uint8Array(0) };
    const since = Date.now();
    await Promise.all([s3.send(new PutObjectCommand(marker)), s3.send(new PutObjectCommand(marker))]);
    const again = await project.drop(pipeline, await writeBook('again', { seed: 7 }), 'same-content');

    expect(again.ended).toMatchObject({
      status: 'SUCCEEDED',
      output: { decision: 'skipped', reason: expect.stringContaining(champion.runId) },
    });
    await waitForExecution(project.target, outputs.RetrainStateMachineArn, `${pipeline}/first/`, since, {
      otherwise: 'the second delivery started nothing',
    });
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn: outputs.RetrainStateMachineArn }),
    );
    for (const { executionArn = '' } of executions) await watchExecution(sfn, executionArn, { silent: true });
    expect(await trainingJobs()).toBe(before);
  });

  it('refuses a worthless model with reasons while the champion keeps serving', async () => {
    const { ended, run } = await project.drop(
      pipeline,
      await writeBook('worthless', { seed: 8, damage: 'labels', firstLoan: 50_001 }),
      'worthless',
    );

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'rejected' } });
    if (!run) throw new Error('the drop was not trained');
    const verdict = await project.readArtifact(artifactKeys(run).verdict, verdictSchema);
    expect(verdict.passed).toBe(false);
    expect(verdict.gates.find((g) => g.kind === 'min')).toMatchObject({
      passed: false,
      reason: expect.stringContaining('0.75'),
    });
    const evaluation = await project.readArtifact(artifactKeys(run).evaluation, evaluationSchema);
    expect(evaluation.champion).toBeDefined();
    expect((await predictRows(project.target, pipeline, [{ income: 30_000 }])).model.version).toBe(1);
  });

  it('had estimated that run, before it began, within a tenth of what it used, at the speed of the run before', async () => {
    const [run] = await listRuns(project.target, pipeline, 1);
    const { costs } = costedRunSchema.parse(run);
    const before = costedRunSchema.parse(await getState(project.target, pipeline, `run#${champion.runId}`)).costs
      ?.measured;
    if (!costs?.measured || !before) throw new Error(JSON.stringify([costs, before]));
    const { measured, estimate, like } = costs;
    const [own] = before.jobs.filter(({ use }) => use === 'training');
    const [scored] = before.jobs.filter(({ use }) => use === 'transform');
    // How fast this machine happens to be is no part of the estimate's quality.
    const used: Measured = {
      ...measured,
      gbSeconds: (before.gbSeconds / before.calls) * measured.calls,
      jobs: measured.jobs.map((job) => ({
        ...job,
        seconds: job.jobs * ((job.use === 'training' ? own?.seconds : scored?.seconds) ?? 0),
      })),
    };
    const counted = priceAll(runUsage(used, true), { region: project.target.region });

    expect(like).toBe(champion.runId);
    expect(measured.jobs.map(({ use, jobs }) => [use, jobs])).toEqual([
      ['training', 1],
      ['transform', 2],
    ]);
    expect(estimate?.usd ?? 0, JSON.stringify([costs, used])).toBeGreaterThan(0.9 * counted.usd);
    expect(estimate?.usd, JSON.stringify([costs, used])).toBeLessThan(1.1 * counted.usd);
  });

  it.each([
    ['column', 'SchemaMismatchError', 'missing "dti"'],
    ['delimiter', 'SchemaMismatchError', 'delimiter'],
  ] as const)('announces a book damaged in its %s and keeps the drop', async (damage, error, words) => {
    const files = await writeBook(damage, { seed: 9, damage }, 500);
    const { ended } = await project.drop(pipeline, files, `damaged-${damage}`);

    expect(ended).toMatchObject({ status: 'FAILED', error });
    expect(ended.cause).toContain(words);
    expect((await slack()).some(({ text }) => text.includes(words))).toBe(true);
    const kept = await project.target.s3.send(
      new GetObjectCommand({
        Bucket: project.target.outputs.RawBucketName,
        Key: `${pipeline}/damaged-${damage}/loans-00000.csv`,
      }),
    );
    expect(kept.ContentLength).toBeGreaterThan(0);
    expect(await getState(project.target, pipeline, 'lease')).toBeUndefined();
  });

  it('refuses to mix two drops in one folder, and says in numbers what replaced an earlier drop', async () => {
    const { target } = project;
    const folder = 'damaged-column';
    const files = await writeBook('replacement', { seed: 10, damage: 'column' }, 500);
    await expect(uploadDrop(target, pipeline, files, { folder })).rejects.toThrow(
      `The folder ${pipeline}/${folder}/ exists already, with 2 files.`,
    );

    const since = Date.now();
    const prefix = await uploadDrop(target, pipeline, files.slice(0, 1), { folder, replace: true });
    const executionArn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, {
      otherwise: 'the replacement started nothing',
    });
    await watchExecution(target.sfn, executionArn, { silent: true });

    const said = 'had this folder too. Since then: 1 object replaced, 1 object gone.';
    expect((await slack()).some(({ text }) => text.includes(said))).toBe(true);
  });

  it('announces a drop under a prefix no pipeline has', async () => {
    const { ended } = await project.drop('lone-default', await writeBook('typo', { seed: 9 }, 200), 'typo');

    expect(ended).toMatchObject({ status: 'FAILED', error: 'UnknownPipelineError' });
    expect(ended.cause).toContain('loan-default');
    // the folder has no name that may be shown; the pipeline that was meant has
    const texts = (await slack()).filter(({ channel }) => channel === '#ml-pipelines').map(({ text }) => text);
    expect(texts.join()).toContain('Did you mean "loan-default"?');
    expect(texts.join()).not.toContain('lone-default');
  });

  it('checks for drift against the baseline of the champion, and counts each request once', async () => {
    const { s3, outputs } = project.target;
    const before = await checkDrift();
    expect(before).toMatchObject({ status: 'SUCCEEDED', output: { tooSmall: true, notify: false } });
    const rows = Array.from({ length: 250 }, (_, i) => ({
      income: 9000 + i,
      amount: 29_000,
      term: 60,
      purpose: 'debt',
      home: 'rent',
      dti: 39,
      utilisation: 0.99,
    }));
    await predictRows(project.target, pipeline, rows);
    await vi.waitFor(
      async () => {
        // requests of endpoint tests are captured too, large ones among them
        const { Contents = [] } = await s3.send(
          new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix: `${pipeline}/captures/` }),
        );
        const captures = await Promise.all(
          Contents.map(async ({ Key }) => {
            const { Body } = await s3.send(new GetObjectCommand({ Bucket: outputs.CleanBucketName, Key }));
            return Body?.transformToString();
          }),
        );
        expect(captures.some((text) => text?.includes('29000'))).toBe(true);
      },
      { timeout: 30_000, interval: 250 },
    );

    const after = await checkDrift();

    expect(after).toMatchObject({ status: 'SUCCEEDED', output: { drifted: true, alarm: true, action: 'retrain' } });
    const check = driftCheckSchema.parse(after.output);
    expect(check.driftedColumns).toEqual(expect.arrayContaining(['utilisation', 'dti']));
    expect(check).toMatchObject({ arrivals: 'arrived', unread: { damaged: 0 }, reference: { kind: 'training' } });
    expect(check.window.rows).toBe(driftCheckSchema.parse(before.output).window.rows + rows.length);
    expect(
      (await slack()).some(({ text }) => text.includes('the data has drifted') && text.includes('utilisation')),
    ).toBe(true);
  });

  it('starts no retrain for drift on a drop that was refused, and says why', async () => {
    const ended = await checkDrift();

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { alarm: true, step: { start: 'nothing' } } });
    const reason = 'no retrain: the newest drop was refused by run';
    expect((ended.output as { step: { reason: string } }).step.reason).toContain(reason);
    expect((await slack()).some(({ text }) => text.includes('No retrain: the newest drop was refused'))).toBe(true);
  });

  it('starts a retrain for drift on a newer drop, whose run was stopped', async () => {
    const { target } = project;
    const { sfn, outputs } = target;
    const since = Date.now();
    const files = await writeBook('stopped', { seed: 12, firstLoan: 90_001 }, 600);
    const prefix = await uploadDrop(target, pipeline, files, { folder: 'stopped' });
    const stopped = await waitForExecution(target, outputs.RetrainStateMachineArn, prefix, since, {
      otherwise: 'no run started',
    });
    await sfn.send(new StopExecutionCommand({ executionArn: stopped, cause: 'by hand' }));
    await watchExecution(sfn, stopped, { silent: true });
    await expect.poll(() => getState(target, pipeline, 'lease'), { timeout: 30_000 }).toBeUndefined();

    const checkedAt = Date.now();
    const ended = await checkDrift();

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { alarm: true, step: { start: 'retrain' } } });
    const retrain = await waitForExecution(target, outputs.RetrainStateMachineArn, '"drift"', checkedAt, {
      otherwise: 'drift started no run',
    });
    await watchExecution(sfn, retrain, { silent: true });
    const [run] = await listRuns(target, pipeline, 1);
    expect(run).toMatchObject({ executionArn: retrain, reason: 'drift' });
  });

  it('names an endpoint whose pipeline is not deployed, with the command that retires it', async () => {
    const { sageMaker, sfn, outputs } = project.target;
    const { EndpointConfigName } = await sageMaker.send(
      new DescribeEndpointCommand({ EndpointName: 'tidegate-local-loan-default' }),
    );
    await sageMaker.send(new CreateEndpointCommand({ EndpointName: 'tidegate-local-ghost', EndpointConfigName }));
    const stateMachineArn = outputs.RetrainStateMachineArn.replace(/retrain$/, 'check-service');
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));

    const ended = await watchExecution(sfn, executionArn, { silent: true });

    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      output: { orphans: [{ pipeline: 'ghost', endpoint: 'tidegate-local-ghost' }] },
    });
    expect(JSON.stringify(await slack())).toContain('npx tidegate retire ghost --stage local');
    await vi.waitFor(() => sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'tidegate-local-ghost' })), {
      timeout: 60_000,
      interval: 500,
    });
  });

  it('lets no personal value out of the raw bucket', async () => {
    const book = readFileSync(join(folder, 'good', 'loans-00000.csv'), 'utf8').split('\n');
    const header = (book[0] ?? '').split(',');
    const first = (book[1] ?? '').split(',');
    const personal = ['full_name', 'email', 'national_id', 'street', 'loan_id']
      .map((name) => first[header.indexOf(name)] ?? '')
      .filter((v) => v.length > 5);
    expect(personal.length).toBeGreaterThan(3);
    const logs = join(project.cloud.context.stateDir, 'logs');
    const text = [
      ...readdirSync(logs, { recursive: true, withFileTypes: true })
        .filter((f) => f.isFile())
        .map((f) => readFileSync(join(f.parentPath, f.name), 'utf8')),
      ...(await slack()).map((m) => JSON.stringify(m)),
    ];
    for (const key of [
      artifactKeys(champion).report,
      artifactKeys(champion).dataReport,
      artifactKeys(champion).profile,
      artifactKeys(champion).golden,
      `${runPrefix(champion)}evaluation.json`,
    ]) {
      const { Body } = await project.target.s3.send(
        new GetObjectCommand({ Bucket: project.target.outputs.ArtifactsBucketName, Key: key }),
      );
      text.push((await Body?.transformToString()) ?? '');
    }

    for (const value of personal) expect(text.some((t) => t.includes(value))).toBe(false);
  });

  it('reads large files in parts, with the same rows and sides', async () => {
    const { s3, sfn, outputs } = project.target;
    const run = { pipeline, runId: `${champion.runId}-parts` };
    const copy = async (bucket: string, from: string, to: string) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: from }));
      const content = (await Body?.transformToString()) ?? '';
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: to, Body: content }));
      return content;
    };
    // the drop of the champion as admission would plan it if its files were large
    await copy(outputs.ArtifactsBucketName, artifactKeys(champion).config, artifactKeys(run).config);
    const drop = dropRecordSchema.parse(
      JSON.parse(await copy(outputs.ArtifactsBucketName, artifactKeys(champion).drop, artifactKeys(run).drop)),
    );
    const files = dropFilesSchema.parse(
      JSON.parse(await copy(outputs.RawBucketName, rawKeys(champion).files, rawKeys(run).files)),
    );
    const objects = drop.objects.map(({ size, etag }, i) => ({ key: files[i]?.key ?? '', size, etag }));
    const shards = planShards(objects, drop.bytes / 5);
    expect(shards.length).toBeGreaterThan(4);
    const shardsKey = artifactKeys(run).shards;
    await s3.send(
      new PutObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key: shardsKey, Body: JSON.stringify(shards) }),
    );
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: outputs.PrepareDataStateMachineArn,
        input: JSON.stringify({ run, shardsKey, shards: shards.length, champion: null, step: 'locate' }),
      }),
    );
    expect(await watchExecution(sfn, executionArn, { silent: true })).toMatchObject({ status: 'SUCCEEDED' });

    const sidesOf = async (of: RunPointer) => {
      const { rule, identity, used, duplicates } = await project.readArtifact(artifactKeys(of).sides, sidesSchema);
      return { rule, identity, used, duplicates };
    };
    expect(await sidesOf(run)).toEqual(await sidesOf(champion));
    const rowsOf = async (of: RunPointer) => (await project.readArtifact(artifactKeys(of).profile, profileSchema)).rows;
    expect(await rowsOf(run)).toBe(await rowsOf(champion));

    // the same, after the first file has vanished
    const gone = files.map((file, i) => (i === 0 ? { ...file, key: `${file.key}.gone.csv` } : file));
    const list = { Bucket: outputs.RawBucketName, Key: rawKeys(run).files, Body: JSON.stringify(gone) };
    await s3.send(new PutObjectCommand(list));
    const again = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: outputs.PrepareDataStateMachineArn,
        input: JSON.stringify({ run, shardsKey, shards: shards.length, champion: null, step: 'locate' }),
      }),
    );
    expect(await watchExecution(sfn, again.executionArn ?? '', { silent: true })).toMatchObject({
      status: 'FAILED',
      error: 'DropVanishedError',
    });
  });

  it('was denied nothing by its roles', () => {
    const lines = [...readAudit(auditFolder(project.cloud.context.stateDir)).lines()];
    const denied = lines.flatMap(({ caller, authorization }) =>
      authorization
        .filter(({ decision }) => decision !== 'allow')
        .map(({ action, resource }) => `${caller}: ${action} on ${resource}`),
    );

    expect(lines.length).toBeGreaterThan(500);
    expect(denied).toEqual([]);
  });
});
