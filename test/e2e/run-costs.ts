import {
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
} from '@aws-sdk/client-sagemaker';
import {
  GetExecutionHistoryCommand,
  paginateListExecutions,
  paginateListMapRuns,
  paginateListStateMachines,
} from '@aws-sdk/client-sfn';
import { auditFolder, readAudit } from 'embedded-cloud/audit';
import { gigabytesOf } from '#domain/costs/run-shape';
import type { Jobs, Measured } from '#schemas/records/costs';
import type { UpProject } from './project.ts';

/** What was called and entered so far, in the units that AWS bills. */
export interface Usage {
  /** States entered, in all machines and in the children of Distributed Maps; retries are not counted. */
  readonly states: number;
  readonly lambda: number;
  readonly s3Writes: number;
  readonly s3Reads: number;
  readonly dynamoWrites: number;
  readonly dynamoReads: number;
}

const s3Writes = /^(?:Put|Copy|Post|List|CreateMultipart|UploadPart|CompleteMultipart)/;
const dynamoWrites = /^(?:Put|Update|Delete)Item$/;
const dynamoReads = /^(?:GetItem|Query)$/;

/** @param machines only of these; all without it */
async function statesEntered({ target: { sfn } }: UpProject, machines?: readonly string[]): Promise<number> {
  const executions: string[] = [];
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
    for (const { stateMachineArn } of stateMachines) {
      if (machines && !machines.some((name) => stateMachineArn?.endsWith(`-local-${name}`))) continue;
      for await (const page of paginateListExecutions({ client: sfn }, { stateMachineArn }))
        executions.push(...(page.executions ?? []).map(({ executionArn = '' }) => executionArn));
    }
  }
  for (const executionArn of [...executions]) {
    for await (const { mapRuns = [] } of paginateListMapRuns({ client: sfn }, { executionArn })) {
      for (const { mapRunArn } of mapRuns)
        for await (const page of paginateListExecutions({ client: sfn }, { mapRunArn }))
          executions.push(...(page.executions ?? []).map(({ executionArn: child = '' }) => child));
    }
  }
  let entered = 0;
  for (const executionArn of executions) {
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
    // an event may be sent twice: the drop is skipped the second time, and belongs to no run
    if (machines && events.some(({ stateEnteredEventDetails: entry }) => entry?.name === 'RunSkipped')) continue;
    entered += events.filter(({ type }) => type?.endsWith('StateEntered')).length;
  }
  return entered;
}

/** Counts what the roles of a project did until now. Requests of the administrator, such as the command line's, are left out. */
export async function usageOf(project: UpProject): Promise<Usage> {
  const lines = [...readAudit(auditFolder(project.cloud.context.stateDir)).lines()].filter(
    ({ role, status }) => role !== undefined && status < 400,
  );
  const count = (service: string, operation: RegExp) =>
    lines.filter((line) => line.service === service && operation.test(line.operation)).length;
  return {
    states: await statesEntered(project),
    lambda: count('lambda', /^Invoke/),
    s3Writes: count('s3', s3Writes),
    s3Reads: count('s3', /^(?:Get|Head)/),
    dynamoWrites: count('dynamodb', dynamoWrites),
    dynamoReads: count('dynamodb', dynamoReads),
  };
}

/** The machines of a run, up to its verdict. */
const runMachines = ['retrain', 'run-pipeline', 'prepare-data', 'train-candidate'];
const runRoles = ['Retrain', 'RunPipeline', 'PrepareData', 'TrainCandidate'].map((name) => `${name}MachineRole`);

/** The SageMaker jobs of the project with their seconds. */
async function jobsOf({ target: { sageMaker } }: UpProject): Promise<Jobs[]> {
  const jobs: Jobs[] = [];
  const { TrainingJobSummaries = [] } = await sageMaker.send(new ListTrainingJobsCommand({}));
  for (const { TrainingJobName } of TrainingJobSummaries) {
    const job = await sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    const {
      InstanceType: instanceType = '',
      InstanceCount: instances = 1,
      VolumeSizeInGB: volumeGb = 0,
    } = job.ResourceConfig ?? {};
    jobs.push({ use: 'training', instanceType, instances, jobs: 1, seconds: job.BillableTimeInSeconds ?? 0, volumeGb });
  }
  const { TransformJobSummaries = [] } = await sageMaker.send(new ListTransformJobsCommand({}));
  for (const { TransformJobName } of TransformJobSummaries) {
    const job = await sageMaker.send(new DescribeTransformJobCommand({ TransformJobName }));
    const seconds = ((job.TransformEndTime?.getTime() ?? 0) - (job.TransformStartTime?.getTime() ?? 0)) / 1000;
    const instanceType = job.TransformResources?.InstanceType ?? '';
    jobs.push({ use: 'transform', instanceType, instances: 1, jobs: 1, seconds, volumeGb: 0 });
  }
  return jobs;
}

/** What the project's runs used until now, counted by the audit log, the histories and the jobs, and not by the product. */
export async function auditedRuns(project: UpProject): Promise<Measured> {
  const calls = [...readAudit(auditFolder(project.cloud.context.stateDir)).lines()].filter(
    ({ role, service, operation, status }) =>
      service === 'lambda' && operation.startsWith('Invoke') && status < 400 && runRoles.includes(role ?? ''),
  );
  const gigabytes = (resource = ''): number => gigabytesOf(/-([^-:]+)(?::[^:]*)?$/.exec(resource)?.[1] ?? '');
  return {
    jobs: await jobsOf(project),
    transitions: await statesEntered(project, runMachines),
    calls: calls.length,
    gbSeconds: calls.reduce(
      (sum, { durationMs, authorization }) => sum + (gigabytes(authorization[0]?.resource) * durationMs) / 1000,
      0,
    ),
  };
}
