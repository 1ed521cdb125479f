import { Command } from 'commander';
import { apiCommand } from './commands/api.ts';
import { approvalCommands } from './commands/approval.ts';
import { approvalsCommand } from './commands/approvals.ts';
import { auditCommand } from './commands/audit.ts';
import { batchesCommand } from './commands/batches.ts';
import { cardCommand } from './commands/card.ts';
import { challengeCommand } from './commands/challenge.ts';
import { cleanUpCommand } from './commands/clean-up.ts';
import { cloudCommands } from './commands/cloud.ts';
import { compareCommand } from './commands/compare.ts';
import { constraintsCommand } from './commands/constraints.ts';
import { costsCommand } from './commands/costs.ts';
import { doctorCommand } from './commands/doctor.ts';
import { driftCommand } from './commands/drift.ts';
import { dropCommand } from './commands/drop.ts';
import { faultsCommand } from './commands/faults.ts';
import { modelsCommand } from './commands/models.ts';
import { newCommand } from './commands/new.ts';
import { outcomesCommand } from './commands/outcomes.ts';
import { predictCommand } from './commands/predict.ts';
import { profileCommand } from './commands/profile.ts';
import { reportCommand } from './commands/report.ts';
import { retireCommand } from './commands/retire.ts';
import { retrainCommand } from './commands/retrain.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { runCommands } from './commands/runs.ts';
import { scoreCommand } from './commands/score.ts';
import { slackCommand } from './commands/slack.ts';
import { testsCommand } from './commands/tests.ts';
import { watchCommand } from './commands/watch.ts';
import { whyCommand } from './commands/why.ts';
import { demoCommand } from './demo/demo.ts';
import { exitTable } from './exit-codes.ts';
import { renderError } from './explain-error.ts';
import { silenceNarration } from './output.ts';

/** Whether errors are JSON too. It is known before the command line is parsed, since parsing may fail. */
const end = process.argv.indexOf('--');
const json = process.argv.slice(2, end < 0 ? undefined : end).includes('--json');
if (json) silenceNarration();

const program = new Command('tidegate')
  .description('Data in, gated model out: run the pipeline on this machine, or talk to a stage on AWS.')
  .option('--stage <name>', 'talk to this stage on AWS instead of the embedded cloud')
  .option('--profile <name>', 'AWS profile, with --stage')
  .option('--region <name>', 'AWS region, with --stage')
  .option('--json', 'print JSON for scripts')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(add --help for the options)')
  .exitOverride()
  .configureOutput(json ? { writeErr: () => {} } : {})
  .addHelpText(
    'after',
    `
Examples:
  $ npx tidegate up                                   start the embedded cloud
  $ npx tidegate new churn customers.csv              write a pipeline for a file
  $ npx tidegate drop loan-default loans.csv --watch  drop data and follow the run
  $ npx tidegate retrain loan-default --watch         train again after an edit of the pipeline
  $ npx tidegate run                                  the newest run, state by state
  $ npx tidegate approve loan-default                 approve its newest waiting model
  $ npx tidegate models loan-default                  its versions: which serves, who decided what
  $ npx tidegate why loan-default                     why this model serves, from data to endpoint
  $ npx tidegate rollback loan-default                serve the version before again
  $ npx tidegate predict loan-default --rows rows.json
  $ npx tidegate score loan-default book.csv --out scores.csv
  $ eval "$(npx tidegate env)" && aws s3 ls           any AWS tool against the embedded cloud
  $ npx tidegate runs --stage prod --profile ml       the same against AWS

Exit codes:
${exitTable.map(({ code, means }) => `  ${String(code).padEnd(3)} ${means}`).join('\n')}`,
  );

for (const add of [
  cloudCommands,
  newCommand,
  profileCommand,
  dropCommand,
  retrainCommand,
  runCommands,
  costsCommand,
  modelsCommand,
  whyCommand,
  approvalCommands,
  approvalsCommand,
  rollbackCommand,
  challengeCommand,
  retireCommand,
  cleanUpCommand,
  predictCommand,
  scoreCommand,
  batchesCommand,
  apiCommand,
  testsCommand,
  reportCommand,
  compareCommand,
  cardCommand,
  constraintsCommand,
  driftCommand,
  outcomesCommand,
  watchCommand,
  slackCommand,
  auditCommand,
  faultsCommand,
  doctorCommand,
  demoCommand,
]) {
  add(program);
}

// a reader that closes the pipe early (| head) is not an error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

function fail(error: unknown): void {
  const { text, exitCode } = renderError(error, json);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
// an error outside of the command's own promise ends it as well
process.on('uncaughtException', (error) => {
  fail(error);
  process.exit();
});

await program.parseAsync().catch(fail);
