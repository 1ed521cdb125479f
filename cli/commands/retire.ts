import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Command, Option } from 'commander';
import { requirePipeline } from '../arguments.ts';
import { deleteData } from '../delete-data.ts';
import { CliError, dim, green, print, printJson, table, yellow } from '../output.ts';
import { type Holding, readHoldings } from '../pipeline-inventory.ts';
import { pipelineNames } from '../project.ts';
import { callerArn, type Target } from '../target.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { withTarget } from './global.ts';

interface RetireOptions {
  readonly yes?: boolean;
  readonly deleteData?: boolean;
  readonly undo?: boolean;
  readonly reason?: string;
}

const dollars = (amount: number | undefined): string =>
  amount === undefined ? 'no list price' : `$${amount.toFixed(2)}`;

function plan(holdings: readonly Holding[], deleteData: boolean): string {
  const fate = ({ goes }: Holding): string => (goes === 'always' || deleteData ? yellow('deleted') : green('stays'));
  return table(
    ['', 'WHAT', 'NUMBER', 'A MONTH'],
    holdings.map((holding) => [fate(holding), holding.what, String(holding.count), dollars(holding.monthly)]),
  );
}

/** Runs the retire machine. @throws CliError when it failed, or had nothing to do */
async function runRetirement(target: Target, input: object): Promise<unknown> {
  const { sfn, outputs } = target;
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: outputs.RetireStateMachineArn, input: JSON.stringify(input) }),
  );
  const ended = await watchExecution(sfn, executionArn, { silent: true });
  if (ended.status !== 'SUCCEEDED') throw new CliError(`The retirement ${describeEnd(ended)}`);
  const { decision, reason } = ended.output as { decision: string; reason?: string };
  if (decision === 'ignore') throw new CliError(`Nothing to do: ${reason}.`);
  return ended.output;
}

/** What remains to be done by hand while the pipeline's file exists. */
const fileAdvice = (pipeline: string): string =>
  pipelineNames().includes(pipeline)
    ? `Its schedule goes with its file: delete pipelines/${pipeline}.yml and deploy (embedded cloud: npx tidegate up).`
    : '';

export function retireCommand(program: Command): void {
  program
    .command('retire')
    .description('delete the endpoint, endpoint configs and models of a pipeline; without --yes only list them')
    .argument('<pipeline>', 'name of the pipeline, in this project or not')
    .option('--yes', 'do it')
    .option('--delete-data', 'delete its data, run records, model packages and endpoint tests too, for ever')
    .addOption(new Option('--undo', 'take a retirement back: drops start runs again').conflicts(['yes', 'deleteData']))
    .option('--reason <text>', 'why; kept with the retirement')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate retire flight-delay                     what it has, and what that costs a month
  $ npx tidegate retire flight-delay --yes --reason 'replaced by arrival-delay'
  $ npx tidegate retire flight-delay --yes --delete-data --stage prod`,
    )
    .action(async (pipeline: string, options: RetireOptions, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const { yes = false, undo = false, reason } = options;
        if (undo) {
          const by = await callerArn(target);
          const output = await runRetirement(target, { pipeline, undo, by, reason });
          return json
            ? printJson(output)
            : print(
                `${green('taken back')}: drops of ${pipeline} start runs again; the last model serves again after npx tidegate rollback ${pipeline}`,
              );
        }
        const withData = options.deleteData ?? false;
        const holdings = await readHoldings(target, pipeline);
        if (holdings.length === 0) requirePipeline(pipeline);
        if (!yes) {
          if (json) return printJson({ pipeline, holdings });
          if (holdings.length === 0) return print(`${pipeline} has nothing in stage ${target.stage}.`);
          print(plan(holdings, withData));
          print(dim(`list prices of ${target.region}; nothing was changed`));
          return print(`To do it: npx tidegate retire ${pipeline} --yes${withData ? ' --delete-data' : ''}`);
        }
        const output = await runRetirement(target, { pipeline, by: await callerArn(target), reason });
        const deleted = withData ? await deleteData(target, pipeline) : undefined;
        if (json) return printJson({ pipeline, holdings, output, ...(deleted && { deleted }) });
        print(plan(holdings, withData));
        print(`${green('retired')} ${pipeline}`);
        const advice = fileAdvice(pipeline);
        if (advice !== '') print(advice);
      });
    });
}
