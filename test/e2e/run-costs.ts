import {
  GetExecutionHistoryCommand,
  paginateListExecutions,
  paginateListMapRuns,
  paginateListStateMachines,
} from '@aws-sdk/client-sfn';
import { auditFolder, readAudit } from 'embedded-cloud/audit';
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

async function statesEntered({ target: { sfn } }: UpProject): Promise<number> {
  const executions: string[] = [];
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
    for (const { stateMachineArn } of stateMachines) {
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
