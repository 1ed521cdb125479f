import type { Command } from 'commander';
import { localOptions } from '../commands/global.ts';
import { predictRows } from '../commands/predict.ts';
import { fetchReport } from '../commands/report.ts';
import { printThreads, readSlack } from '../commands/slack.ts';
import { bringUp } from '../embedded-cloud.ts';
import { bold, CliError, dim, print, printJson, seconds, yellow } from '../output.ts';
import { findRun, getState, listRuns, watchDeployment } from '../runs.ts';
import { openTarget, type Target } from '../target.ts';
import { describeEnd } from '../watch.ts';
import { dropBook, folderAt, heading, rows } from './book.ts';
import { canaryDemo } from './canary.ts';

const pipeline = 'loan-default';

/** An invented applicant, as the loan desk would enter them. */
const applicant = {
  income: 31_000,
  amount: 14_000,
  term: 60,
  purpose: 'debt',
  home: 'rent',
  employment_years: 1.5,
  dti: 31,
  inquiries: 4,
  prior_defaults: 1,
  utilisation: 0.83,
};

async function predictApplicant(target: Target): Promise<number> {
  const { predictions, model } = await predictRows(target, pipeline, [applicant]);
  const [first] = predictions;
  const score = first && 'score' in first ? first.score : Number.NaN;
  print(
    `an applicant with ${applicant.prior_defaults} prior default, ${applicant.utilisation * 100} % utilisation: ${bold(`${(score * 100).toFixed(1)} %`)} risk of default ${dim(`(model v${model.version})`)}`,
  );
  return model.version;
}

interface Story {
  readonly endpoint: string;
  readonly champion: { readonly runId: string; readonly version: number; readonly report: string };
  readonly refused: { readonly runId: string; readonly report: string };
}

async function demo(): Promise<Story> {
  const started = performance.now();
  print(bold('Tidegate: data in, gated model out — all of it on this machine.'));
  const { cloud } = await bringUp();
  const target = await openTarget({});
  const earlier = (await listRuns(target, pipeline, 100)).length;
  const since = Date.now();

  heading('1  A loan book is dropped');
  const good = await dropBook(target, pipeline, { seed: 7 + earlier, firstLoan: 1 + earlier * rows }, folderAt(since));

  const arn = (await findRun(target, good.run.runId)).modelPackageArn;
  if (good.verdict.passed && arn) {
    heading('2  The approved model is deployed and tested');
    const deployed = await watchDeployment(target, arn, since, {
      otherwise: 'No deployment started for the approved model.',
    });
    print(`deployment ${describeEnd(deployed)}`);
    if (deployed.status !== 'SUCCEEDED') throw new CliError('The model is not in service.');
  }
  heading('3  It predicts');
  const version = await predictApplicant(target);

  heading('4  A damaged book is dropped: its labels are shuffled');
  const bad = await dropBook(
    target,
    pipeline,
    { seed: 1007 + earlier, firstLoan: 1 + (1000 + earlier) * rows, damage: 'labels' },
    folderAt(since + 1000),
  );
  if (bad.verdict.passed) throw new CliError('The gates let a worthless model through.');

  heading('5  The champion keeps serving');
  const still = await predictApplicant(target);
  if (still !== version) throw new CliError(`The version in service changed from ${version} to ${still}.`);
  const champion = await getState(target, pipeline, 'champion');
  print(dim(`champion: run ${String(champion?.['runId'])}`));

  heading('6  What the team received on Slack');
  const messages = await readSlack(cloud.endpoint);
  printThreads(
    messages.filter(({ thread_ts, ts }) => Number(thread_ts ?? ts) * 1000 >= since),
    { brief: true },
  );

  const reports = [await fetchReport(target, good.run), await fetchReport(target, bad.run)] as const;
  heading(`Done in ${seconds(performance.now() - started)}`);
  print(`  report of the champion   ${reports[0]}`);
  print(`  report of the refused    ${reports[1]}`);
  print(`  Slack                    ${cloud.endpoint}/_slack/`);
  print(`\n${yellow('Try next')}`);
  print('  npx tidegate runs                          every run and its verdict');
  print('  npx tidegate tests run loan-default        test the endpoint again');
  print('  npx tidegate drift loan-default            do requests still look like the training data?');
  print('  eval "$(npx tidegate env)" && aws s3 ls    any AWS tool against the embedded cloud');
  print(
    '  npm run demo -- --canary                   a bad model that passes its gates, and the alarm that takes it back',
  );
  print('  npx tidegate down                          end it; the state stays');
  return {
    endpoint: cloud.endpoint,
    champion: { runId: good.run.runId, version, report: reports[0] },
    refused: { runId: bad.run.runId, report: reports[1] },
  };
}

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('the whole story in a minute: drop, train, gate, deploy, test, predict, refuse')
    .option('--canary', 'another story, in two to four minutes: a canary that an alarm takes back')
    .action(async ({ canary = false }: { canary?: boolean }, command: Command) => {
      const { json } = localOptions(command);
      const story = await (canary ? canaryDemo() : demo());
      if (json) printJson(story);
    });
}
