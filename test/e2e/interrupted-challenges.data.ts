import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { challengerConfigName, challengerEndpointName, endpointName, runResourceName } from '#domain/naming';
import { predictionKey } from '#domain/runs/layout';
import { type Challenge, challengeSchema } from '#schemas/records/challenge';
import { predictionRecordSchema } from '#schemas/records/prediction';
import { readChallenges } from '../../cli/challenges.ts';
import { getState } from '../../cli/runs.ts';
import { watchExecution } from '../../cli/watch.ts';
import { apiClient } from './api-clients.ts';
import { type FastProject, manyApplicants, startFastProject, writeQuickPipeline } from './fast-project.ts';
import { createMeddling } from './meddling.ts';

const pipeline = 'loans-contested';
const challenger = challengerEndpointName('local', pipeline);

let fast: FastProject;
const meddling = createMeddling();
/** The packages of three versions: the first one becomes the champion. */
const packages: string[] = [];

beforeAll(async () => {
  fast = await startFastProject(
    (folder) => [
      writeQuickPipeline(folder, pipeline, {
        // more rows than anybody asks for here: by itself it does not end, and it is looked at once a minute
        deployment: { challenge: { mode: 'shadow', minRows: 10_000_000, maxDays: 1, hours: 0, waitMs: 5000 } },
      }),
    ],
    { faults: meddling.faults },
  );
});
afterAll(() => fast?.close());

const packageOf = (version: number): string => packages[version - 1] ?? '';
const current = async (): Promise<Challenge | undefined> => (await readChallenges(fast.target, pipeline)).current;
const servesChallenger = () =>
  fast.target.sageMaker.send(new DescribeEndpointCommand({ EndpointName: challenger })).then(
    ({ EndpointConfigName }) => EndpointConfigName,
    () => undefined,
  );
const runOf = async (version: number) => {
  const { CustomerMetadataProperties } = await fast.target.sageMaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: packageOf(version) }),
  );
  return { pipeline, runId: CustomerMetadataProperties?.['run_id'] ?? '' };
};
/** Approves a version and waits until requests reach it. @returns its challenge */
async function beginChallenge(version: number): Promise<Challenge> {
  expect(await fast.approve(packageOf(version))).toMatchObject({ output: { decision: 'challenge' } });
  const running = async () => {
    const challenge = await current();
    return challenge?.challenger.modelPackageVersion === version ? challenge.status : undefined;
  };
  await expect.poll(running, { timeout: 120_000 }).toBe('running');
  return challengeSchema.parse(await getState(fast.target, pipeline, deploymentKeys.challenge));
}
/** How a challenge is kept that has ended. */
async function endOf({ id, challenger: { modelPackageVersion } }: Challenge) {
  const key = deploymentKeys.pastChallenge(modelPackageVersion, id);
  await expect.poll(() => getState(fast.target, pipeline, key), { timeout: 120_000 }).toBeDefined();
  return challengeSchema.parse(await getState(fast.target, pipeline, key)).outcome;
}

describe('a challenge that does not run to its end', () => {
  it('is stopped by hand while its endpoint is tested: the tests stop, it is closed, and the champion stays', async () => {
    packages.push(await fast.register(pipeline, 1));
    expect(await fast.approve(packageOf(1))).toMatchObject({ status: 'SUCCEEDED' });
    packages.push(await fast.register(pipeline, 2));
    const { sfn, outputs } = fast.target;
    let stopped: Challenge | undefined;
    const stop = async () => {
      await sleep(300);
      stopped = await current();
      await sfn.send(
        new StopExecutionCommand({ executionArn: stopped?.executionArn, cause: 'stopped while it tested' }),
      );
    };
    const stopping = meddling.once('ChallengeMachineRole', 'StartExecution', stop, { held: 'LoadEndpointTestsRole' });
    expect(await fast.approve(packageOf(2))).toMatchObject({ output: { decision: 'challenge' } });
    await stopping;
    if (!stopped) throw new Error('no challenge was under way');

    expect(await watchExecution(sfn, stopped.executionArn, { silent: true })).toMatchObject({ status: 'ABORTED' });
    const tests = `${outputs.TestEndpointStateMachineArn.replace(':stateMachine:', ':execution:')}:${stopped.id}`;
    const statusOfTests = async () => (await sfn.send(new DescribeExecutionCommand({ executionArn: tests }))).status;
    await expect.poll(statusOfTests, { timeout: 20_000 }).toBe('ABORTED');
    expect(await endOf(stopped)).toMatchObject({
      end: 'failed',
      reasons: [expect.stringContaining('stopped while it tested')],
    });
    await expect.poll(servesChallenger, { timeout: 60_000 }).toBeUndefined();
    await expect.poll(fast.slackText, { timeout: 20_000 }).toContain('stopped while it tested');
    expect(await current()).toBeUndefined();
    expect(await getState(fast.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 1 });
  });

  it('is superseded by a later version, whose model was deleted by hand and is made again', async () => {
    packages.push(await fast.register(pipeline, 3));
    const { sageMaker, sfn } = fast.target;
    const later = await runOf(3);
    const ModelName = runResourceName('local', later);
    await sageMaker.send(new DeleteModelCommand({ ModelName }));
    await fast.decide(packageOf(2), 'Rejected');

    await fast.hurry(async () => {
      const first = await beginChallenge(2);
      expect(await servesChallenger()).toBe(challengerConfigName('local', await runOf(2)));
      const second = await beginChallenge(3);

      const reasons = ['Version 3 was approved later and takes its place.'];
      expect(await endOf(first)).toMatchObject({ end: 'superseded', reasons });
      expect(await servesChallenger()).toBe(challengerConfigName('local', later));
      expect(await sageMaker.send(new DescribeModelCommand({ ModelName }))).toMatchObject({ ModelName });
      // the machine of the first one learns of it at its next look
      expect(await watchExecution(sfn, first.executionArn, { silent: true })).toMatchObject({
        status: 'SUCCEEDED',
        output: { report: true, modelPackageVersion: 2, outcome: { end: 'superseded', reasons } },
      });
      expect(await fast.slackText()).toContain('the challenge of version 2 was superseded');
      expect((await current())?.id).toBe(second.id);
    });
  });

  it('is logged for requests to the API too, with tokens in the place of ids', async () => {
    const before = await fast.predict(pipeline, manyApplicants);
    const { inferenceId, model, predictions } = await apiClient(fast.cloud, pipeline)(manyApplicants);

    expect({ model, predictions }).toEqual({ model: before.model, predictions: before.predictions });
    expect(model.version).toBe(1);
    const text = await fast.readLog(predictionKey(pipeline, inferenceId));
    const { rows, answers } = predictionRecordSchema.parse(JSON.parse(text));
    expect(rows.map(({ key }) => key)).toEqual(manyApplicants.map(() => expect.stringMatching(/^tok_/)));
    for (const { loan_id } of manyApplicants) expect(text).not.toContain(loan_id);
    expect(answers).toMatchObject([
      { role: 'champion', returned: true, modelPackageVersion: 1 },
      { role: 'challenger', returned: false, modelPackageVersion: 3 },
    ]);
  });

  it('ends with its pipeline, and so do both endpoints', async () => {
    const { sageMaker, sfn, outputs } = fast.target;
    const challenge = await current();
    if (!challenge) throw new Error('no challenge is under way');
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: outputs.RetireStateMachineArn,
        input: JSON.stringify({ pipeline, reason: 'no longer lent' }),
      }),
    );
    await fast.hurry(async () => {
      expect(await watchExecution(sfn, executionArn, { silent: true })).toMatchObject({
        status: 'SUCCEEDED',
        output: { decision: 'retired' },
      });
      expect(await endOf(challenge)).toMatchObject({ end: 'retired', reasons: ['The pipeline was retired.'] });
      expect(await watchExecution(sfn, challenge.executionArn, { silent: true })).toMatchObject({
        status: 'SUCCEEDED',
        output: { outcome: { end: 'retired' } },
      });
    });
    expect(await servesChallenger()).toBeUndefined();
    const EndpointName = endpointName('local', pipeline);
    await expect(sageMaker.send(new DescribeEndpointCommand({ EndpointName }))).rejects.toThrow(/Could not find/);
    expect(await fast.slackText()).toContain('the challenge of version 3 ended with the pipeline');
    expect(await getState(fast.target, pipeline, 'champion')).toBeUndefined();
  });
});
