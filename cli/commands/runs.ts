import type { Command } from 'commander';
import { requirePipeline, wholeNumber } from '../arguments.ts';
import { readBalance } from '../balance.ts';
import { costCell, describeCosts } from '../costs.ts';
import { endWith } from '../exit-codes.ts';
import { exitOfRun } from '../follow-run.ts';
import { bold, dim, green, print, printJson, red, table, yellow } from '../output.ts';
import { describeWarnings } from '../personal-data.ts';
import { findOrphanedEndpoints } from '../pipeline-inventory.ts';
import { pipelineNames } from '../project.ts';
import { describeRunEnd, readPersonalData, readVerdict } from '../run-end.ts';
import { describeRows, readDrops, readRows, summarizeRows } from '../run-rows.ts';
import { findRun, listRuns } from '../runs.ts';
import { describeStart, describeTuning, readTraining } from '../tuning.ts';
import { watchExecution } from '../watch.ts';
import { withTarget } from './global.ts';

const colours: Readonly<Record<string, (text: string) => string>> = {
  registered: green,
  deployed: green,
  running: yellow,
  rejected: yellow,
  failed: red,
};
const coloured = (status: string): string => colours[status]?.(status) ?? status;

export function runCommands(program: Command): void {
  program
    .command('runs')
    .description('list runs, newest first')
    .argument('[pipeline]', 'only of this pipeline')
    .option('--limit <n>', 'maximum number of runs per pipeline', wholeNumber(1, 1000), 10)
    .action(async (pipeline: string | undefined, { limit }: { limit: number }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        if (pipeline !== undefined) requirePipeline(pipeline);
        const names = pipeline === undefined ? pipelineNames() : [pipeline];
        const runs = (await Promise.all(names.map((name) => listRuns(target, name, limit)))).flat();
        const sorted = runs.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
        if (json) return printJson(sorted);
        for (const orphan of await findOrphanedEndpoints(target, pipelineNames())) {
          print(
            yellow(
              `${orphan.endpoint} serves, but pipelines/${orphan.pipeline}.yml is gone: npx tidegate retire ${orphan.pipeline}`,
            ),
          );
        }
        if (sorted.length === 0) return print('No run yet. Start one with "npx tidegate drop <pipeline> <files…>".');
        print(
          table(
            ['RUN', 'PIPELINE', 'STATUS', 'STARTED', 'WHY', 'MODEL', 'COST', 'DROP'],
            sorted.map((r) => [
              r.runId,
              r.pipeline,
              coloured(r.status),
              r.startedAt.slice(0, 19).replace('T', ' '),
              r.reason,
              r.modelPackageVersion === undefined ? '-' : `v${r.modelPackageVersion}`,
              costCell(r),
              r.drop,
            ]),
          ),
        );
      });
    });

  program
    .command('run')
    .description('follow a run state by state, or show how it went')
    .argument('[id]', 'run id or its start, or a pipeline for its newest run (default: the newest of all)')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate run
  $ npx tidegate run loan-default
  $ npx tidegate run 20260131-0905 --json`,
    )
    .action(async (id: string | undefined, _options: object, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const run = await findRun(target, id);
        if (json) {
          const ended = await watchExecution(target.sfn, run.executionArn, { silent: true });
          endWith(exitOfRun(ended, run));
          const training = await readTraining(target, run);
          const verdict = await readVerdict(target, run);
          const personalData = await readPersonalData(target, run);
          const rows = await readRows(target, run);
          printJson({
            ...(await findRun(target, run.runId)),
            execution: ended,
            ...(rows && { rows: summarizeRows(target, run, rows) }),
            ...(personalData && { personalData }),
            ...(training && { training }),
            ...(verdict && { verdict }),
          });
          return;
        }
        print(`${bold(run.runId)} ${run.pipeline} ${dim(run.drop)}`);
        const ended = await watchExecution(target.sfn, run.executionArn);
        const training = await readTraining(target, run);
        const tuning = training && describeTuning(training);
        const rows = await readRows(target, run);
        const drops = await readDrops(target, run);
        if (drops !== undefined) print(drops);
        if (rows) print(describeRows(target, run, rows));
        if (tuning !== undefined) print(tuning);
        const start = training && describeStart(training);
        const balance = training && (await readBalance(target, run, training));
        if (start !== undefined) print(start);
        if (balance !== undefined) print(balance);
        for (const line of describeWarnings(await readPersonalData(target, run))) print(line);
        const record = await findRun(target, run.runId);
        const costs = describeCosts(record);
        if (costs !== undefined) print(`${bold('costs')} ${costs}`);
        print(describeRunEnd(ended, record, await readVerdict(target, run)));
        endWith(exitOfRun(ended, run));
      });
    });
}
