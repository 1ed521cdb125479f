import type { Command } from 'commander';
import { identityName } from '#domain/registry/decision';
import { type ApprovalEntry, approvalEntrySchema, type RefusalCode } from '#schemas/records/approval';
import { requirePipeline, wholeNumber } from '../arguments.ts';
import { listItems } from '../model-versions.ts';
import { CliError, green, print, printJson, red, table, yellow } from '../output.ts';
import { withTarget } from './global.ts';

/** Why a request was refused, in words. */
const reasons: Readonly<Record<RefusalCode, string>> = {
  'not-allowed': 'is not among the approvers',
  expired: 'came too late',
  stale: 'the version served no longer',
  'two-persons': 'two persons must approve, in Slack',
  'own-approval': 'had approved already',
  'decided-already': 'somebody else decided first',
  pointless: 'would have changed nothing',
  'unknown-version': 'there was no such version',
};

function outcome({ outcome: came, why }: ApprovalEntry): string {
  if (came === 'decided') return green('done');
  if (came === 'counted') return yellow('counted, another must approve');
  return `${red('refused')}${why === undefined ? '' : `: ${reasons[why]}`}`;
}

const row = (entry: ApprovalEntry): string[] => [
  entry.at.slice(0, 19).replace('T', ' '),
  entry.action.replace('-', ' '),
  entry.version === undefined ? '-' : `v${entry.version}`,
  entry.by === undefined ? '-' : identityName(entry.by),
  entry.via,
  outcome(entry),
];

/** The entries of a pipeline, newest first. */
export const readEntries = (items: readonly Record<string, unknown>[], limit: number): ApprovalEntry[] =>
  items
    .map((item) => approvalEntrySchema.parse(item))
    .toSorted((a, b) => b.at.localeCompare(a.at))
    .slice(0, limit);

/** The entries as a table. */
export const renderEntries = (entries: readonly ApprovalEntry[]): string =>
  table(['WHEN', 'ASKED', 'MODEL', 'BY', 'VIA', 'OUTCOME'], entries.map(row));

export function approvalsCommand(program: Command): void {
  program
    .command('approvals')
    .description('list who asked to approve, reject or roll back what, and what came of it; refusals too')
    .argument('<pipeline>', 'name of the pipeline')
    .option('--limit <n>', 'maximum number of entries', wholeNumber(1, 10_000), 50)
    .action(async (pipeline: string, { limit }: { limit: number }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const { ApprovalsTableName } = target.outputs;
        if (ApprovalsTableName === undefined) {
          throw new CliError(
            `Stage ${target.stage} was deployed by a version that kept no record of approvals. Deploy it again.`,
          );
        }
        const entries = readEntries(await listItems(target, ApprovalsTableName, pipeline, ''), limit);
        if (entries.length === 0) requirePipeline(pipeline);
        if (json) return printJson(entries);
        if (entries.length === 0) return print(`Nobody has decided on a model of ${pipeline} yet.`);
        print(renderEntries(entries));
      });
    });
}
