import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { writeLoanBook } from '#examples/loans/generate';
import type { Verdict } from '#schemas/records/evaluation';
import { bringUp } from '../embedded-cloud.ts';
import { bold, CliError, cyan, dim, print, printJson, seconds, yellow } from '../output.ts';
import { describeVerdict, readVerdict } from '../run-end.ts';
import { findRun, getState, listRuns, type RunRecord, watchDeployment } from '../runs.ts';
import { openTarget, type Target } from '../target.ts';
import { describeEnd } from '../watch.ts';
import { dropAndWatch } from './drop.ts';
import { localOptions } from './global.ts';
import { predictRows } from './predict.ts';
import { fetchReport } from './report.ts';
import { printThreads, readSlack } from './slack.ts';

const pipeline = 'loan-default';
const rows = 20_000;

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

const heading = (text: string): void => print(`\n${bold(cyan(text))}`);

async function dropBook(
  target: Target,
  settings: Parameters<typeof writeLoanBook>[2],
  folder: string,
): Promise<{ run: RunRecord; verdict: Verdict }> {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-demo-'));
  try {
    const book = await writeLoanBook(directory, rows, settings, 2);
    print(
      `${rows.toLocaleString('en')} loans of invented people, ${(book.defaultRate * 100).toFixed(1)} % defaulted; the best AUC anyone could reach is ${book.bayesAuc.toFixed(3)}`,
    );
    const { ended, run } = await dropAndWatch(target, pipeline, book.files, { folder });
    if (ended.status !== 'SUCCEEDED') throw new CliError(`The run ${describeEnd(ended)}`);
    if (!run) throw new CliError(`The drop was not trained: ${JSON.stringify(ended.output)}`);
    const verdict = await readVerdict(target, run);
    if (!verdict) throw new CliError(`Run ${run.runId} ended without a verdict.`);
    print(describeVerdict(verdict));
    return { run, verdict };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

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
  const folderAt = (ms: number) => new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-');

  heading('1  A loan book is dropped');
  const good = await dropBook(target, { seed: 7 + earlier, firstLoan: 1 + earlier * rows }, folderAt(since));

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
    .action(async (_options: object, command: Command) => {
      const { json } = localOptions(command);
      const story = await demo();
      if (json) printJson(story);
    });
}
