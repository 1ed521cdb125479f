import { PutObjectCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { getState, listRuns } from '../../cli/runs.ts';
import { fingerprint, holdings, packagesOf, repeated, unfinished } from './evidence.ts';
import type { CallSite } from './fault-board.ts';
import { tinyDrop } from './tiny-pipeline.ts';
import type { Trial } from './trials.ts';
import type { Ended, World } from './world.ts';

/** How a run with a fault in it came out. */
export interface Outcome {
  readonly status: 'succeeded' | 'failed';
  /** What is not as it should be; empty when the fault was survived. */
  readonly violations: readonly string[];
}

let seed = 0;

async function drop({ project, pipeline }: World): Promise<string> {
  seed += 1;
  // Messages show a folder's name only if it is a point in time.
  const folder = new Date(Date.UTC(2026, 0, 1, 0, 0, seed)).toISOString().slice(0, 19).replaceAll(':', '-');
  const prefix = `${pipeline}/${folder}/`;
  const { s3, outputs } = project.target;
  const put = (name: string, text: string) =>
    s3.send(new PutObjectCommand({ Bucket: outputs.RawBucketName, Key: `${prefix}${name}`, Body: Buffer.from(text) }));
  await put('rows.csv', tinyDrop(seed));
  await put('_SUCCESS', '');
  return prefix;
}

const outcomeOf = ({ output }: Ended): unknown => (output as { outcome?: string } | undefined)?.outcome;

/** Drops data and takes down the calls that lead to a registered model. */
export async function recordRetrain(world: World): Promise<{ calls: CallSite[]; modelPackageArn: string }> {
  const stop = world.board.record();
  const prefix = await drop(world);
  const ended = await world.ended('retrain', prefix);
  await world.quiet();
  const calls = stop();
  if (outcomeOf(ended) !== 'registered') throw new Error(`A clean run ended as ${JSON.stringify(ended)}`);
  const run = (await listRuns(world.project.target, world.pipeline, 100)).find((r) => r.drop === prefix);
  return { calls, modelPackageArn: run?.modelPackageArn ?? '' };
}

/** One run with one fault, and the same drop once more when it failed. */
export async function retrainWith(world: World, trial: Trial): Promise<Outcome> {
  const { pipeline, project } = world;
  trial.arm();
  const prefix = await drop(world);
  const before = await fingerprint(world, prefix);
  const ended = await world.ended('retrain', prefix);
  const struck = trial.disarm();
  if (ended.status === 'FAILED') await world.ended('recover-run', ended.executionArn);
  await world.quiet();

  const violations: string[] = [];
  const expect = (holds: boolean, words: string) => {
    if (!holds) violations.push(words);
  };
  expect(struck > 0, 'the fault was never reached');
  const registered = ended.status === 'SUCCEEDED' && outcomeOf(ended) === 'registered';
  expect(registered || ended.status === 'FAILED', `ended as ${ended.status} ${JSON.stringify(ended.output)}`);

  const run = (await listRuns(project.target, pipeline, 100)).find((r) => r.executionArn === ended.executionArn);
  const texts = (await world.messages(prefix)).map(({ text }) => text);
  if (run) texts.push(...(await world.messages(run.runId)).map(({ text }) => text).filter((t) => !texts.includes(t)));
  expect(trial.forgets || repeated(texts).length === 0, `said twice: ${repeated(texts).join(', ')}`);
  const says = (words: string) => texts.some((text) => text.includes(words));
  if (registered && !trial.silences) {
    for (const words of ['training started', 'the candidate passed', 'waits for approval'])
      expect(says(words), `nobody was told: ${words}`);
  }
  const lease = await getState(project.target, pipeline, 'lease');
  expect(lease === undefined, `the lease is held: ${JSON.stringify(lease)}`);
  expect((await fingerprint(world, prefix)) === before, 'the drop was touched');

  const held = run ? await holdings(world, run.runId) : undefined;
  if (held) {
    expect(unfinished(held).length === 0, `jobs still run: ${unfinished(held).join(', ')}`);
    expect(held.trainingJobs.length <= 1, `trained ${held.trainingJobs.length} times`);
    expect(held.endpoints.length + held.endpointConfigs.length === 0, 'an endpoint was made');
  }
  const made = run ? await packagesOf(world, run.runId) : 0;
  if (registered) {
    expect(made === 1, `${made} packages were registered`);
    expect(held?.models.length === 1, `models: ${held?.models.join(', ')}`);
    return { status: 'succeeded', violations };
  }
  expect(ended.cause !== '', `no cause is given for ${ended.error}`);
  expect(says('the run failed'), 'the failure was not announced');
  if (run?.status === 'registered') {
    expect(made === 1, `${made} packages were registered`);
    expect(held?.models.length === 1, `models: ${held?.models.join(', ')}`);
    violations.push(...(await dropAgain(world, prefix, 'trained before')));
    return { status: 'failed', violations };
  }
  expect(run === undefined || run.status === 'failed', `the run is recorded as ${run?.status}`);
  expect((held?.models.length ?? 0) === 0, `models are left: ${held?.models.join(', ')}`);
  expect(made === 0, `${made} packages are left`);
  violations.push(...(await dropAgain(world, prefix, 'registered')));
  return { status: 'failed', violations };
}

/** The same drop, asked for by hand once the fault is over: it trains, unless its model was registered after all. */
async function dropAgain(world: World, prefix: string, expected: 'registered' | 'trained before'): Promise<string[]> {
  const { executionArn = '' } = await world.project.target.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: world.machine('retrain'),
      input: JSON.stringify({ pipeline: world.pipeline, drop: prefix }),
    }),
  );
  const again = await world.endOf(executionArn);
  await world.quiet();
  const output = JSON.stringify(again.output ?? {});
  return output.includes(expected) ? [] : [`the same drop once more ended as ${again.status} ${again.cause} ${output}`];
}
