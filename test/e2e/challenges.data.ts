import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { outcomeKeys } from '#domain/outcomes/layout';
import { writeLoanBook } from '#examples/loans/generate';
import { recordedOutcomesSchema } from '#schemas/events/outcomes';
import { challengeSchema } from '#schemas/records/challenge';
import { driftHistoryPrefix, driftHistorySchema } from '#schemas/records/drift-history';
import { predictionRecordSchema } from '#schemas/records/prediction';
import { explanationSchema } from '#schemas/why';
import { readPerformance } from '../../cli/commands/outcomes.ts';
import { readLabelWindows } from '../../cli/label-windows.ts';
import { listItems } from '../../cli/model-versions.ts';
import { getState } from '../../cli/runs.ts';
import { explain } from '../../cli/why/explain.ts';
import { readPipelineRecords, readVersionRecords } from '../../cli/why/records.ts';
import { longName } from '../support/many-pipelines.ts';
import {
  type FastProject,
  keepAsking,
  manyApplicants,
  predictionsBy,
  startFastProject,
  writeQuickPipeline,
} from './fast-project.ts';
import { createMeddling } from './meddling.ts';

let fast: FastProject;
const meddling = createMeddling();
const [contest, duel] = [longName('challenge'), longName('duel')];

beforeAll(async () => {
  fast = await startFastProject(
    (folder) => {
      const challenged = (name: string, challenge: object, drift: object) =>
        writeQuickPipeline(folder, name, {
          deployment: { challenge, scaling: { min: 1, max: 2, invocationsPerInstance: 600 } },
          drift: { schedule: 'cron(0 6 1 1 ? *)', window: '24h', ...drift },
        });
      return [
        challenged(
          contest,
          {
            mode: 'shadow',
            hours: 0,
            minRows: 400,
            maxDays: 1,
            // of an instance that shares a machine with everything else
            waitMs: 5000,
            maxLatencyRatio: 100,
            maxErrorRate: 0.5,
            maxChangedDecisions: 0.5,
            maxMeanShift: 3,
          },
          { minRows: 30 },
        ),
        challenged(
          duel,
          {
            mode: 'ab',
            share: 50,
            minRows: 400,
            maxDays: 1,
            waitMs: 5000,
            maxErrorRate: 0.5,
            minimumEffect: -0.2,
          },
          { onCapture: { every: '4m' } },
        ),
      ];
    },
    { faults: meddling.faults },
  );
});
afterAll(() => fast?.close());

const firstKeyOfLog = async () => {
  const { s3, outputs } = fast.target;
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix: `${contest}/predictions/`, MaxKeys: 1 }),
  );
  return Contents[0]?.Key ?? '';
};

describe('a challenge in the shadow', () => {
  /** Approves a version and asks for predictions, while time passes faster, until its challenge has ended. */
  async function challenge(modelPackageArn: string, version: number) {
    const stopPredicting = keepAsking(() => fast.predict(contest, manyApplicants));
    try {
      const outcome = await fast.hurry(async () => {
        const { output } = await fast.approve(modelPackageArn);
        expect(output).toMatchObject({ decision: 'challenge' });
        const key = deploymentKeys.pastChallenge(version, (output as { challenge: string }).challenge);
        await expect.poll(() => getState(fast.target, contest, key), { timeout: 300_000 }).toBeDefined();
        return challengeSchema.parse(await getState(fast.target, contest, key)).outcome;
      });
      return { outcome, ...(await stopPredicting()) };
    } finally {
      await stopPredicting();
    }
  }
  const championVersion = async () =>
    (await getState(fast.target, contest, 'champion'))?.['modelPackageVersion'] as number;

  it('is lost by a model that was trained on damaged data, and no caller sees its answers', async () => {
    expect(await fast.approve(await fast.register(contest, 1))).toMatchObject({ status: 'SUCCEEDED' });
    const before = await fast.predict(contest, manyApplicants);
    const second = await fast.register(contest, 2, { damage: 'units' });
    const { outcome, answers, wrong } = await challenge(second, 2);

    expect(outcome, JSON.stringify(outcome)).toMatchObject({ end: 'lost' });
    expect(wrong).toEqual([]);
    expect(predictionsBy(1, answers)).toEqual([before.predictions]);
    expect(predictionsBy(2, answers)).toEqual([]);
    expect(await championVersion()).toBe(1);
  });

  // the same applicants and some more
  it('is won by a good model, which is rolled out by itself', async () => {
    const { outcome, wrong } = await challenge(await fast.register(contest, 1, { rows: 6500 }), 3);

    expect(outcome, JSON.stringify(outcome)).toMatchObject({ end: 'won' });
    expect(outcome?.measures['rows']).toBeGreaterThanOrEqual(400);
    expect(wrong).toEqual([]);
    await expect.poll(championVersion, { timeout: 120_000 }).toBe(3);
    const said = await fast.slackText();
    expect(said).toContain('version 2 lost its challenge, version 1 stays');
    expect(said).toContain('version 3 challenges version 1');
    expect(said).toContain('version 3 won its challenge');
  });

  it('leaves a log of model inputs, scores and tokens, and no raw value', async () => {
    const text = await fast.readLog(await firstKeyOfLog());
    const { rows, answers } = predictionRecordSchema.parse(JSON.parse(text));

    expect(rows).toHaveLength(manyApplicants.length);
    for (const { key } of rows) expect(key).toMatch(/^tok_/);
    for (const { inputs = [] } of answers) expect(inputs.length % manyApplicants.length).toBe(0);
    expect(answers.every(({ inputs = [] }) => inputs.length > 0)).toBe(true);
    expect(answers.map(({ role, returned, scores }) => [role, returned, scores.length])).toEqual([
      ['champion', true, manyApplicants.length],
      ['challenger', false, manyApplicants.length],
    ]);
    for (const { loan_id } of manyApplicants) expect(text).not.toContain(loan_id);
  });

  it('is joined with outcomes, by request and by id, which show how both models did', async () => {
    const inferenceId = /([^/]+)\.json\.gz$/.exec(await firstKeyOfLog())?.[1] ?? '';
    const byRequest = ['inferenceId,row,default', ...manyApplicants.map((_, i) => `${inferenceId},${i},${i % 2}`)];
    const byId = ['loan_id,default', ...manyApplicants.map(({ loan_id }, i) => `${loan_id},${i % 2}`), 'nobody,1'];

    const unlogged = `${inferenceId.slice(0, -1)}${inferenceId.endsWith('0') ? '1' : '0'},0,1`;
    expect(
      await fast.sendOutcomes(contest, 'by-request.csv', [...byRequest, unlogged, `${inferenceId},0,perhaps`]),
    ).toMatchObject({
      status: 'SUCCEEDED',
      output: { decision: 'recorded', file: { by: 'inferenceId', joined: 40, unknown: 1 } },
    });
    expect(await fast.sendOutcomes(contest, 'by-id.csv', byId)).toMatchObject({
      status: 'SUCCEEDED',
      output: { decision: 'recorded', file: { by: 'key', joined: 40, unknown: 1 } },
    });
    expect(await fast.sendOutcomes(contest, 'wrong.csv', ['customer,default', 'nobody,1'])).toMatchObject({
      status: 'FAILED',
      error: 'SchemaMismatchError',
    });
    const days = await readPerformance(fast.target, contest);
    const models = days.flatMap((day) => day.models);
    expect(models.some(({ role, returned }) => role === 'champion' && returned)).toBe(true);
    expect(models.some(({ role, returned }) => role === 'challenger' && !returned)).toBe(true);
    expect(models[0]?.metrics['auc']).toMatchObject({ low: expect.any(Number), high: expect.any(Number) });
    const said = await fast.slackText();
    expect(said).toContain('40 outcomes');
    expect(said).toContain('a file with outcomes was not taken');
  });

  it('whose model labels show to be worse than on the holdout is decided about by a check at once', async () => {
    const decided = async () =>
      (await listItems(fast.target, fast.target.outputs.StateTableName, contest, driftHistoryPrefix)).map((item) =>
        driftHistorySchema.parse(item),
      );
    // a request that the version in service answered, when it was the challenger
    const { s3, outputs } = fast.target;
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix: `${contest}/predictions/` }),
    );
    const answeredByIt = async (key: string) => {
      const { inferenceId, answers } = predictionRecordSchema.parse(JSON.parse(await fast.readLog(key)));
      const own = answers.find(({ modelPackageVersion, error }) => modelPackageVersion === 3 && error === undefined);
      return own && { inferenceId, scores: own.scores };
    };
    let logged: Awaited<ReturnType<typeof answeredByIt>>;
    for (const { Key = '' } of Contents.toReversed()) {
      logged = await answeredByIt(Key);
      if (logged) break;
    }
    const { inferenceId = '', scores = [] } = logged ?? {};
    expect(scores).toHaveLength(manyApplicants.length);
    const middle = scores.toSorted((a, b) => a - b)[scores.length / 2] ?? 0;
    const opposite = scores.map((score, row) => `${inferenceId},${row},${score < middle ? 1 : 0}`);
    const ended = await fast.sendOutcomes(contest, 'opposite.csv', ['inferenceId,row,default', ...opposite]);
    expect(ended, JSON.stringify(ended)).toMatchObject({ status: 'SUCCEEDED', output: { check: true } });
    const critical = async () =>
      (await decided()).find(({ alarm, decision }) => alarm && decision.severity === 'critical');
    await expect.poll(critical, { timeout: 120_000 }).toBeDefined();
    const alarm = await critical();

    expect(alarm).toMatchObject({ decidedBy: 'labels' });
    expect(alarm?.decision.labels?.worse).toContain('performance');
    await expect.poll(() => fast.slackText(), { timeout: 60_000 }).toContain('labels show that the model has changed');
    const records = await readPipelineRecords(fast.target, contest);
    const version = await readVersionRecords(fast.target, contest, records.champion?.modelPackageArn ?? '');
    // what is explained of drift is the last check, which may be a later one
    const { labels } = explanationSchema.parse(explain(fast.target, records, version));
    expect(labels).toMatchObject({ severity: 'critical' });
  });

  it('is told when a file with outcomes was deleted before it was read', async () => {
    const { s3, outputs } = fast.target;
    const Bucket = outputs.RawBucketName;
    const remove = async () => {
      const { Versions = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: `${contest}/outcomes/` }),
      );
      for (const { Key, VersionId } of Versions.filter(({ Key }) => Key?.endsWith('gone.csv'))) {
        await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      }
    };
    const removed = meddling.once('RecordOutcomesMachineRole', 'Invoke', remove, { waitMs: 1500 });
    const ended = await fast.sendOutcomes(contest, 'gone.csv', ['loan_id,default', 'nobody,1']);
    await removed;

    expect(ended).toMatchObject({ status: 'FAILED', error: 'DropVanishedError' });
    expect(await fast.slackText()).toContain('The file was deleted before it was read. Send it again');
  });

  it('takes outcomes in more bytes than one upload has', async () => {
    const rows = 400_000;
    const lines = ['loan_id,default', ...Array.from({ length: rows }, (_, i) => `unknown-${i},${i % 2}`)];
    const ended = await fast.sendOutcomes(contest, 'many.csv', lines);

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'recorded' } });
    const recorded = recordedOutcomesSchema.parse(ended.output);
    if (recorded.decision !== 'recorded') throw new Error(recorded.reason);
    expect(recorded.file).toMatchObject({ by: 'key', rows, joined: 0, unknown: rows });
    const { s3, outputs } = fast.target;
    const { ContentLength } = await s3.send(
      new HeadObjectCommand({ Bucket: outputs.CleanBucketName, Key: outcomeKeys(contest).received(recorded.file.id) }),
    );
    expect(ContentLength).toBeGreaterThan(5 * 2 ** 20);
  });
});

describe('a challenge by outcomes', () => {
  /** Applications of a loan book as a loan desk sends them, and whether they defaulted. */
  async function applications(rows: number, seed: number) {
    const { files } = await writeLoanBook(
      join(fast.folder, `applications-${seed}`),
      rows,
      { seed, firstLoan: 1_000_000 },
      1,
    );
    const [head = '', ...lines] = readFileSync(files[0] ?? '', 'utf8')
      .trimEnd()
      .split('\n');
    const names = head.split(',');
    return lines.map((line) => {
      const values = line.split(',');
      const of = (name: string) => values[names.indexOf(name)] ?? '';
      const numbers = ['income', 'amount', 'term', 'dti'].map((name) => [name, Number(of(name))] as const);
      return {
        row: {
          loan_id: of('loan_id'),
          sex: of('sex'),
          ...Object.fromEntries(numbers),
          purpose: of('purpose'),
          home: of('home'),
        },
        outcome: `${of('loan_id')},${of('default')}`,
      };
    });
  }

  it('is won by a model that outcomes show not to be worse', async () => {
    expect(await fast.approve(await fast.register(duel, 1))).toMatchObject({ status: 'SUCCEEDED' });
    const second = await fast.register(duel, 2);
    const asked = await applications(2400, 9);
    await fast.hurry(async () => {
      const { output } = await fast.approve(second);
      expect(output).toMatchObject({ decision: 'challenge' });
      const running = async () => (await getState(fast.target, duel, deploymentKeys.challenge))?.['status'];
      await expect.poll(running, { timeout: 120_000 }).toBe('running');
      const versions = new Set<number>();
      for (let at = 0; at < asked.length; at += 12) {
        const rows = asked.slice(at, at + 12).map(({ row }) => row);
        versions.add((await fast.predict(duel, rows)).model.version);
      }
      expect(versions).toEqual(new Set([1, 2]));
      const lines = ['loan_id,default', ...asked.map(({ outcome }) => outcome)];
      expect(await fast.sendOutcomes(duel, 'what-happened.csv', lines)).toMatchObject({
        status: 'SUCCEEDED',
        output: { file: { by: 'key', joined: 2400, unknown: 0 } },
      });
      const key = deploymentKeys.pastChallenge(2, (output as { challenge: string }).challenge);
      await expect.poll(() => getState(fast.target, duel, key), { timeout: 120_000 }).toBeDefined();
      const { outcome } = challengeSchema.parse(await getState(fast.target, duel, key));
      expect(outcome, JSON.stringify(outcome)).toMatchObject({ end: 'won' });
      // the captures of these requests started a check by themselves
      await expect.poll(() => getState(fast.target, duel, 'drift'), { timeout: 60_000 }).toBeDefined();
    });
  });

  it('leaves what labels say of both models: calibration, slices, and the relation of the inputs to the label', async () => {
    const models = (await readLabelWindows(fast.target, duel)).flatMap((window) => window.models);

    expect(new Set(models.map(({ modelPackageVersion }) => modelPackageVersion))).toEqual(new Set([1, 2]));
    const findings = models.flatMap((model) => model.findings);
    expect(findings.filter(({ measured }) => !measured)).toEqual([]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(['performance', 'calibration', 'slices', 'relation']),
    );
    const sliced = findings.flatMap(({ measures }) => measures.flatMap(({ group }) => group?.column ?? []));
    expect(new Set(sliced)).toEqual(new Set(['sex']));
  });
});
