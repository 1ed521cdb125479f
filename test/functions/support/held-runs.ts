import {
  DeleteModelCommand,
  DeleteModelPackageCommand,
  ListModelPackagesCommand,
  SageMakerClient,
  StopTrainingJobCommand,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'vitest';
import type { Calls } from './crash.ts';
import { refusal } from './sagemaker.ts';
import { packageArn } from './stage.ts';

/** What SageMaker holds of two runs: jobs with their status, models, and packages with their description. */
export interface HeldRuns {
  readonly jobs: Map<string, string>;
  readonly models: Set<string>;
  readonly packages: Map<string, string>;
}

/** SageMaker behind the SDK's client, holding the runs `r0` and `r1` of `loan` in stage `dev`: the training of `r1` still runs. */
export function holdRuns(calls?: Calls): HeldRuns {
  const held: HeldRuns = {
    jobs: new Map([
      ['tidegate-dev-loan-r1', 'InProgress'],
      ['tidegate-dev-loan-r1-n', 'Completed'],
    ]),
    models: new Set(['tidegate-dev-loan-r0', 'tidegate-dev-loan-r1']),
    packages: new Map([
      [packageArn(1), 'loan, run r0'],
      [packageArn(2), 'loan, run r1'],
    ]),
  };
  const stop = (name: string) => {
    const status = held.jobs.get(name);
    if (status === undefined) throw refusal('Requested resource not found.');
    if (status !== 'InProgress') throw refusal(`The request was rejected because the job is in status ${status}.`);
    held.jobs.set(name, 'Stopped');
    calls?.made(`stop ${name}`);
    return {};
  };
  const remove = (gone: boolean, what: string) => {
    if (!gone) throw refusal(`Could not find ${what}.`);
    calls?.made(`delete ${what}`);
    return {};
  };
  const mock = mockClient(SageMakerClient);
  mock.on(StopTrainingJobCommand).callsFake(({ TrainingJobName: name }) => stop(name));
  mock.on(StopTransformJobCommand).callsFake(({ TransformJobName: name }) => stop(name));
  mock.on(DeleteModelCommand).callsFake(({ ModelName: name }) => remove(held.models.delete(name), name));
  mock.on(DeleteModelPackageCommand).callsFake(({ ModelPackageName: arn }) => remove(held.packages.delete(arn), arn));
  mock.on(ListModelPackagesCommand).callsFake(({ ModelPackageGroupName, ModelApprovalStatus }) => {
    expect({ ModelPackageGroupName, ModelApprovalStatus }).toEqual({
      ModelPackageGroupName: 'tidegate-dev-loan',
      ModelApprovalStatus: 'PendingManualApproval',
    });
    return {
      ModelPackageSummaryList: [...held.packages].map(([ModelPackageArn, ModelPackageDescription]) => ({
        ModelPackageArn,
        ModelPackageDescription,
      })),
    };
  });
  return held;
}
