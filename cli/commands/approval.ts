import { ListModelPackagesCommand, type ListModelPackagesCommandOutput } from '@aws-sdk/client-sagemaker';
import type { Command } from 'commander';
import { locatePackage } from '#domain/deployment/target';
import { modelPackageGroupName } from '#domain/naming';
import { wholeNumber } from '../arguments.ts';
import { requestDecision } from '../decide.ts';
import { packageOfVersion } from '../model-versions.ts';
import { CliError, green, print, printJson, red } from '../output.ts';
import { pipelineNames } from '../project.ts';
import { findRun } from '../runs.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

/** The model package that the arguments name: an ARN, a run, a pipeline's version, or its newest that waits for approval. */
async function findPackage(target: Target, id: string, version: number | undefined): Promise<string> {
  if (version !== undefined) return packageOfVersion(target, id, version);
  if (id.startsWith('arn:')) return id;
  if (!pipelineNames().includes(id)) {
    const run = await findRun(target, id);
    if (!run.modelPackageArn) throw new CliError(`Run ${run.runId} has no registered model: it is ${run.status}.`);
    return run.modelPackageArn;
  }
  const { ModelPackageSummaryList = [] } = await listWaiting(target, id);
  const arn = ModelPackageSummaryList[0]?.ModelPackageArn;
  if (!arn) throw new CliError(`No model of ${id} waits for approval. "npx tidegate runs ${id}" lists its runs.`);
  return arn;
}

/** The newest package that waits for approval. Undefined before the first registration, which creates the group. */
async function listWaiting(target: Target, pipeline: string): Promise<Partial<ListModelPackagesCommandOutput>> {
  try {
    return await target.sageMaker.send(
      new ListModelPackagesCommand({
        ModelPackageGroupName: modelPackageGroupName(target.stage, pipeline),
        ModelApprovalStatus: 'PendingManualApproval',
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        MaxResults: 1,
      }),
    );
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return {};
    throw error;
  }
}

function decision(
  program: Command,
  name: 'approve' | 'reject',
  status: 'Approved' | 'Rejected',
  description: string,
): void {
  program
    .command(name)
    .description(description)
    .argument('<model>', 'a run id, a model package ARN, or a pipeline for its newest waiting model')
    .argument('[version]', 'a version of the pipeline', wholeNumber(1, 1_000_000))
    .option('--reason <text>', 'why; kept with the model package')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate ${name} flight-delay
  $ npx tidegate ${name} flight-delay 3
  $ npx tidegate ${name} 20260131-0905 --reason 'looked at the report'`,
    )
    .action(async (id: string, version: number | undefined, { reason }: { reason?: string }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const arn = await findPackage(target, id, version);
        const located = locatePackage(target.stage, arn);
        if (!located) {
          throw new CliError(
            `${arn} belongs to no pipeline of stage ${target.stage}. Name its stage with --stage, or decide on it in SageMaker.`,
          );
        }
        const answer = await requestDecision(target, { action: name, ...located, reason });
        if (answer.decision !== 'set') throw new CliError(answer.reason);
        const { before } = answer;
        if (json) return printJson({ modelPackageArn: arn, status, before });
        print(`${status === 'Approved' ? green('approved') : red('rejected')} ${arn}`);
        if (status === 'Approved') print('It is being deployed and tested. Slack shows the result.');
      });
    });
}

export function approvalCommands(program: Command): void {
  decision(program, 'approve', 'Approved', 'approve a registered model: it is deployed and tested');
  decision(program, 'reject', 'Rejected', 'reject a registered model');
}
