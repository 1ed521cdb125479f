import {
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  type ListModelPackagesCommandOutput,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import type { Command } from 'commander';
import { deploymentKeys, locatePackage } from '#domain/deployment/target';
import { modelPackageGroupName } from '#domain/naming';
import { deploymentClaimSchema } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';
import { wholeNumber } from '../arguments.ts';
import { packageOfVersion } from '../model-versions.ts';
import { CliError, green, print, printJson, red } from '../output.ts';
import { pipelineNames } from '../project.ts';
import { findRun, getState } from '../runs.ts';
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

/** Why a decision on a package is pointless or dangerous, with the command that helps; undefined when it is neither. */
async function objection(
  target: Target,
  arn: string,
  status: 'Approved' | 'Rejected',
  before: string | undefined,
): Promise<string | undefined> {
  const located = locatePackage(target.stage, arn);
  if (!located) return before === status ? `${arn} is ${status} already.` : undefined;
  const { pipeline, version } = located;
  const champion = await getState(target, pipeline, deploymentKeys.champion);
  const serving = champion && championSchema.parse(champion).modelPackageVersion;
  const model = `Version ${version} of ${pipeline}`;
  const retired = await getState(target, pipeline, deploymentKeys.retired);
  if (retired && status === 'Approved') {
    return `${model} would not be deployed: the pipeline was retired on ${String(retired['at']).slice(0, 10)}. To take that back: npx tidegate retire ${pipeline} --undo.`;
  }
  if (status === 'Rejected') {
    if (serving === version) {
      return `${model} serves now, and rejecting it would not stop it. Go back first: npx tidegate rollback ${pipeline}. Without an earlier version: npx tidegate retire ${pipeline}.`;
    }
    return before === status ? `${model} is rejected already.` : undefined;
  }
  if (before !== status) return undefined;
  if (serving === version) return `${model} is approved already and serves.`;
  const claim = await getState(target, pipeline, deploymentKeys.claim(version));
  const deployment = claim && deploymentClaimSchema.parse(claim).status;
  if (deployment === 'waiting' || deployment === 'deploying') {
    return `${model} is approved already and is being deployed. Slack shows the result.`;
  }
  if (deployment === 'challenging') {
    return `${model} is approved already and challenges the champion: npx tidegate challenge show ${pipeline}`;
  }
  if (serving !== undefined || deployment === 'promoted') {
    const now = serving === undefined ? 'none' : `version ${serving}`;
    return `${model} is approved already, and ${now} serves. To deploy it again: npx tidegate rollback ${pipeline} ${version}.`;
  }
  return `${model} is approved already, and its deployment ${deployment === 'failed' ? 'failed' : 'has not begun'}. Reject it and approve it again to deploy it.`;
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
        const before = await target.sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
        const problem = await objection(target, arn, status, before.ModelApprovalStatus);
        if (problem !== undefined) throw new CliError(problem);
        await target.sageMaker.send(
          new UpdateModelPackageCommand({
            ModelPackageArn: arn,
            ModelApprovalStatus: status,
            // An empty description removes the reason of the decision before.
            ApprovalDescription: reason ?? '',
          }),
        );
        if (json) return printJson({ modelPackageArn: arn, status, before: before.ModelApprovalStatus });
        print(`${status === 'Approved' ? green('approved') : red('rejected')} ${arn}`);
        if (status === 'Approved') print('It is being deployed and tested. Slack shows the result.');
      });
    });
}

export function approvalCommands(program: Command): void {
  decision(program, 'approve', 'Approved', 'approve a registered model: it is deployed and tested');
  decision(program, 'reject', 'Rejected', 'reject a registered model');
}
