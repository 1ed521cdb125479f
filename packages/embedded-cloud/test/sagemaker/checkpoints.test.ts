import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTrainingJobCommand, type CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsUnderTest } from '../support/faults.ts';
import {
  BUCKET,
  createWorld,
  eventually,
  get,
  getText,
  keysBelow,
  put,
  sampleCsv,
  trained,
  trainingRequest,
  type World,
} from './support.ts';

describe('the checkpoints of a training job', () => {
  const faults = faultsUnderTest();
  const denied = new Set<string>();
  let world: World;

  beforeAll(async () => {
    world = await createWorld({
      faults: faults.points,
      denies: ({ action, resource }, role) =>
        role === 'TRAINING' && resource.includes('/checkpoints/') && denied.has(action),
    });
    await put(world, 'data/train/0.csv', sampleCsv(400, 1));
    await put(world, 'data/validation/0.csv', sampleCsv(200, 2));
  });
  afterAll(() => world.close());

  const start = (name: string, own: Partial<CreateTrainingJobCommandInput> = {}) =>
    world.sagemaker.send(
      new CreateTrainingJobCommand(
        trainingRequest(name, {
          CheckpointConfig: { S3Uri: `s3://${BUCKET}/checkpoints/${name}/`, LocalPath: '/opt/ml/checkpoints' },
          ...own,
        }),
      ),
    );
  const logOf = (name: string) => {
    const file = join(world.context.stateDir, 'logs/training-jobs', `${name}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };

  it('are uploaded, without the files of the agent, and none are needed at first', async () => {
    await start('first');
    expect(await trained(world, 'first')).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(await keysBelow(world, 'checkpoints/first/')).toEqual(['checkpoints/first/weights.json']);
    expect(logOf('first')).not.toContain('going on');
  });

  it.each([
    ['seeded', { S3Uri: `s3://${BUCKET}/checkpoints/seeded/` }],
    ['seeded-elsewhere', { S3Uri: `s3://${BUCKET}/checkpoints/seeded`, LocalPath: '/opt/ml/other' }],
  ])('are in the folder of the container before it starts: %s', async (name, CheckpointConfig) => {
    await put(world, 'checkpoints/seeded/weights.json', '[1,2,3,4,5]');
    await start(name, { CheckpointConfig, HyperParameters: { num_round: '1' } });
    expect(await trained(world, name)).toMatchObject({ TrainingJobStatus: 'Completed', CheckpointConfig });
    expect(logOf(name)).toContain('going on from 1 checkpoint');
    expect(await getText(world, 'checkpoints/seeded/weights.json')).not.toBe('[1,2,3,4,5]');
    expect((await get(world, `models/${name}/output/model.tar.gz`)).length).toBeGreaterThan(0);
  });

  it('are there for the next start of a job whose spot instances were taken', async () => {
    faults.set({ faults: [{ fault: 'spot-interruption', seconds: 5, nth: 1 }] });
    await start('taken', {
      HyperParameters: { num_round: '3000', objective: 'binary:logistic' },
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 3600 },
    });
    await eventually(() => (logOf('taken').includes('[0]') ? true : undefined));
    await world.context.clock.advance(5000);
    expect(await trained(world, 'taken')).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(logOf('taken')).toContain('going on from 1 checkpoint');
  });

  it.each([
    ['s3:GetObject', 'Checkpoint download failed:AccessDenied (403)'],
    ['s3:PutObject', 'Checkpoint upload failed:AccessDenied (403)'],
  ])('fail the job when its role lacks %s', async (action, reason) => {
    const name = `denied-${action.slice(3).toLowerCase()}`;
    await put(world, `checkpoints/${name}/weights.json`, '[1,2,3,4,5]');
    denied.add(action);
    await start(name);
    const job = await trained(world, name);
    denied.delete(action);
    expect(job).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: expect.stringContaining(`ClientError: ${reason}`),
    });
  });
});
