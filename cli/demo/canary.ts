import { counted } from '#domain/text/numbers';
import { predictRows } from '../commands/predict.ts';
import { fetchReport } from '../commands/report.ts';
import { printThreads, readSlack } from '../commands/slack.ts';
import { bringUp } from '../embedded-cloud.ts';
import { bold, CliError, dim, print, seconds, yellow } from '../output.ts';
import { findRun, getState, listRuns, watchDeployment } from '../runs.ts';
import { openTarget, type Target } from '../target.ts';
import { describeEnd } from '../watch.ts';
import { dropBook, folderAt, heading, rows } from './book.ts';
import { rollOutUnderTraffic } from './roll-out.ts';
import { applicants, type Tally } from './traffic.ts';

const pipeline = 'loan-canary';

/** What the demo of a canary ended with. */
export interface CanaryStory {
  readonly endpoint: string;
  /** The version that serves, before and after. */
  readonly version: number;
  readonly takenBack: { readonly runId: string; readonly version: number; readonly reason: string };
  /** Answers by version while the roll-out lasted; no request failed. */
  readonly answers: Readonly<Record<string, number>>;
}

/** The version in service, by its own answer. */
const versionInService = async (target: Target): Promise<number> =>
  (await predictRows(target, pipeline, applicants)).model.version;

/** Trains and deploys a first model, unless one serves already. @returns its version */
async function firstModel(target: Target, earlier: number, since: number): Promise<number> {
  const champion = await getState(target, pipeline, 'champion');
  if (champion) {
    heading('1  A good model serves already');
  } else {
    heading('1  A good loan book is dropped; its model is deployed');
    const settings = { seed: 11 + earlier, firstLoan: 1 + earlier * rows };
    const { run, verdict } = await dropBook(target, pipeline, settings, folderAt(since));
    const arn = (await findRun(target, run.runId)).modelPackageArn;
    if (!verdict.passed || !arn) throw new CliError('The gates refused the first model.');
    const deployed = await watchDeployment(target, arn, since, {
      otherwise: 'No deployment started for the approved model.',
    });
    print(`deployment ${describeEnd(deployed)}`);
    if (deployed.status !== 'SUCCEEDED') throw new CliError('The first model is not in service.');
  }
  const version = await versionInService(target);
  print(`version ${version} serves`);
  return version;
}

/** @throws CliError when a request was not answered */
function answersOf({ versions, failures }: Tally): Readonly<Record<string, number>> {
  const [failed] = failures;
  if (failed) throw new CliError(`${counted(failed[1], 'request')} failed during the roll-out: ${failed[0]}`);
  return Object.fromEntries([...versions].map(([version, { answers }]) => [`v${version}`, answers]));
}

/**
 * A model that was trained on damaged data passes its gates, because its holdout is damaged alike. Its canary takes half of the
 * traffic, the alarm on predictions goes off, and the former model serves again.
 *
 * @throws CliError when the story takes another turn
 */
export async function canaryDemo(): Promise<CanaryStory> {
  const started = performance.now();
  print(bold('Tidegate: a bad model that no gate can see, and the alarm that takes it back.'));
  const { cloud } = await bringUp();
  const target = await openTarget({});
  const earlier = (await listRuns(target, pipeline, 100)).length;
  const since = Date.now();
  const version = await firstModel(target, earlier, since);

  heading('2  A damaged book is dropped: its incomes are in cents');
  const damaged = { seed: 2011 + earlier, firstLoan: 1 + (2000 + earlier) * rows, damage: 'units' } as const;
  const bad = await dropBook(target, pipeline, damaged, folderAt(since + 1000));
  const { modelPackageArn, modelPackageVersion } = await findRun(target, bad.run.runId);
  if (!modelPackageArn || modelPackageVersion === undefined) throw new CliError('The gates refused the second model.');
  print('Its holdout is in cents too, so the gates see nothing. Requests are not.');

  heading('3  Half of the traffic goes to it; the alarms watch for minutes');
  const { ended, tally } = await rollOutUnderTraffic(target, { pipeline, modelPackageArn, since });
  print(`deployment ${describeEnd(ended)}`);
  if (ended.status === 'SUCCEEDED') throw new CliError('No alarm took the second model back.');
  const answers = answersOf(tally);
  print(
    `Every request was answered: ${Object.entries(answers)
      .map(([name, times]) => `${times} by ${name}`)
      .join(', ')}.`,
  );

  heading('4  The former model serves again');
  const now = await versionInService(target);
  if (now !== version) throw new CliError(`Version ${now} serves, not ${version}.`);
  print(`version ${now} serves; version ${modelPackageVersion} does not`);

  heading('5  What the team received on Slack');
  const messages = (await readSlack(cloud.endpoint)).filter(
    ({ thread_ts, ts }) => Number(thread_ts ?? ts) * 1000 >= since,
  );
  printThreads(messages, { brief: true });

  heading(`Done in ${seconds(performance.now() - started)}`);
  print(`  report of the bad model  ${await fetchReport(target, bad.run)}`);
  print(`  Slack                    ${cloud.endpoint}/_slack/`);
  print(`\n${yellow('Try next')}`);
  print(`  npx tidegate why ${pipeline}               what serves, and why`);
  print(`  npx tidegate models ${pipeline}            the versions and the decisions`);
  print(`  npx tidegate down                          end it; the state stays ${dim('(as does the endpoint)')}`);
  return {
    endpoint: cloud.endpoint,
    version,
    takenBack: { runId: bad.run.runId, version: modelPackageVersion, reason: ended.cause ?? '' },
    answers,
  };
}
