import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { getState } from '../../cli/runs.ts';
import { type Contenders, serveAgain } from './deploy-case.ts';
import { holdings, repeated, scalingPolicies } from './evidence.ts';
import type { CallSite } from './fault-board.ts';
import type { Outcome } from './retrain-case.ts';
import type { Trial } from './trials.ts';
import type { Ended, World } from './world.ts';

async function retire(world: World, undo: boolean): Promise<Ended> {
  const { executionArn = '' } = await world.project.target.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: world.machine('retire'),
      input: JSON.stringify({ pipeline: world.pipeline, undo }),
    }),
  );
  const ended = await world.endOf(executionArn);
  await world.quiet();
  return ended;
}

/** A pipeline that is not retired, with a model in service. */
async function prepare(world: World, contenders: Contenders): Promise<void> {
  if (await getState(world.project.target, world.pipeline, 'retired')) await retire(world, true);
  await serveAgain(world, contenders);
}

/** Retires the pipeline without a fault and takes down the calls. */
export async function recordRetirement(world: World, contenders: Contenders): Promise<CallSite[]> {
  await prepare(world, contenders);
  const stop = world.board.record();
  const ended = await retire(world, false);
  if (ended.status !== 'SUCCEEDED') throw new Error(`A clean retirement ended as ${JSON.stringify(ended)}`);
  return stop();
}

/** What is left of a pipeline that was retired. */
async function leftovers(world: World): Promise<string[]> {
  const { target } = world.project;
  const { endpoints, endpointConfigs, models } = await holdings(world, world.pipeline);
  const records = ['champion', 'deployment-lock'];
  const items = await Promise.all(records.map((sk) => getState(target, world.pipeline, sk)));
  return [
    ...endpoints.map(({ name, status }) => `the endpoint ${name} is left, ${status}`),
    ...endpointConfigs.map((name) => `the endpoint config ${name} is left`),
    ...models.map((name) => `the model ${name} is left`),
    ...records.filter((_, i) => items[i] !== undefined).map((sk) => `the item ${sk} is left`),
    ...((await scalingPolicies(world)) === 0 ? [] : ['the endpoint is still scaled']),
    ...((await getState(target, world.pipeline, 'retired')) ? [] : ['the pipeline is not marked as retired']),
  ];
}

/** One retirement with one fault, and the same one once more when it failed. */
export async function retireWith(world: World, contenders: Contenders, trial: Trial): Promise<Outcome> {
  await prepare(world, contenders);
  const said = (await world.messages('')).length;
  trial.arm();
  const ended = await retire(world, false);
  const struck = trial.disarm();
  const violations = struck > 0 ? [] : ['the fault was never reached'];
  const texts = (await world.messages('')).slice(said).map(({ text }) => text);
  if (!trial.forgets) violations.push(...repeated(texts).map((heading) => `said twice: ${heading}`));
  if (ended.status === 'SUCCEEDED') {
    violations.push(...(await leftovers(world)));
    if (!trial.silences && !texts.some((text) => text.includes('was retired'))) violations.push('nobody was told');
    return { status: 'succeeded', violations };
  }
  if (ended.cause === '') violations.push(`no cause is given for ${ended.error}`);
  const again = await retire(world, false);
  if (again.status !== 'SUCCEEDED') violations.push(`once more it ended as ${again.status} ${again.cause}`);
  violations.push(...(await leftovers(world)));
  return { status: 'failed', violations };
}
