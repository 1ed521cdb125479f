import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { getState } from '../../cli/runs.ts';
import { guardsOf, holdings, repeated } from './evidence.ts';
import type { CallSite } from './fault-board.ts';
import type { Outcome } from './retrain-case.ts';
import type { Trial } from './trials.ts';
import type { Ended, World } from './world.ts';

/** Two registered models that take turns as champion, each waiting to be approved. */
export interface Contenders {
  readonly first: string;
  readonly second: string;
}

const versionOf = (arn: string): number => Number(arn.slice(arn.lastIndexOf('/') + 1));
const endpointOf = ({ pipeline }: World): string => `tidegate-local-${pipeline}`;

const decisionOf = ({ output }: Ended): unknown => (output as { decision?: string } | undefined)?.decision;

const decide = ({ project }: World, modelPackageArn: string, ModelApprovalStatus: 'Approved' | 'Rejected') =>
  project.target.sageMaker.send(
    new UpdateModelPackageCommand({ ModelPackageArn: modelPackageArn, ModelApprovalStatus }),
  );

/** Takes the approval of a model back, so that it can be approved anew. */
async function withdraw(world: World, modelPackageArn: string): Promise<void> {
  await decide(world, modelPackageArn, 'Rejected');
  await world.quiet();
}

/** Approves a model and gives the deployment this starts once it has ended. */
async function approve(
  world: World,
  modelPackageArn: string,
  armed?: Trial,
): Promise<{ ended: Ended; struck: number }> {
  const known = new Set((await world.executions('deploy', modelPackageArn)).map((e) => e.executionArn));
  armed?.arm();
  await decide(world, modelPackageArn, 'Approved');
  // Several events may report one approval. The executions they start beside the deployment end at once.
  const ended = await world.until(`the deployment of ${modelPackageArn}`, async () =>
    (await world.executions('deploy', modelPackageArn, known)).find(
      (e) => e.status !== 'RUNNING' && decisionOf(e) !== 'ignore',
    ),
  );
  return { ended, struck: armed?.disarm() ?? 0 };
}

/** Asks for an earlier model to serve again and gives the deployment this starts once it has ended. */
async function goBack(world: World, modelPackageArn: string, armed?: Trial): Promise<{ ended: Ended; struck: number }> {
  const { sfn } = world.project.target;
  armed?.arm();
  const rollBack = { pipeline: world.pipeline, version: versionOf(modelPackageArn) };
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: world.machine('record-decision'),
      input: JSON.stringify({ rollBack }),
    }),
  );
  const requested = await world.endOf(executionArn);
  const { executionArn: deployment } = (requested.output ?? {}) as { executionArn?: string };
  const ended = deployment === undefined ? requested : await world.endOf(deployment);
  return { ended, struck: armed?.disarm() ?? 0 };
}

/** Approves a model whose instances do not start, so that SageMaker takes the update back. */
async function approveInVain(world: World, modelPackageArn: string, armed?: Trial) {
  const { faults } = world.project.cloud;
  faults.set({ faults: [{ fault: 'endpoint-failure', reason: 'ping', nth: 1 }] });
  try {
    return await approve(world, modelPackageArn, armed);
  } finally {
    faults.clear();
  }
}

const begin = {
  'first deployment': approve,
  'blue/green update': approve,
  'guarded update': approve,
  'guarded update in vain': approveInVain,
  'roll-back': goBack,
} as const;

/** Takes everything away that was deployed, so that the next deployment is the first. */
async function clear(world: World): Promise<void> {
  const { sageMaker, db, outputs } = world.project.target;
  const { endpoints, endpointConfigs } = await holdings(world, world.pipeline);
  for (const { name } of endpoints) await sageMaker.send(new DeleteEndpointCommand({ EndpointName: name }));
  for (const name of endpointConfigs)
    await sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
  for (const sk of ['champion', 'deployment-lock'])
    await db.send(new DeleteCommand({ TableName: outputs.StateTableName, Key: { pk: world.pipeline, sk } }));
  await world.until('the endpoint to be gone', async () =>
    (await holdings(world, world.pipeline)).endpoints.length === 0 ? true : undefined,
  );
}

/** Asks the endpoint again and again until stopped. @returns what went wrong */
function keepAsking(world: World): () => Promise<string[]> {
  const { cloud } = world.project;
  const client = new SageMakerRuntimeClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.admin,
    maxAttempts: 1,
  });
  const wrong = new Set<string>();
  let over = false;
  const asking = (async () => {
    while (!over) {
      await client
        .send(new InvokeEndpointCommand({ EndpointName: endpointOf(world), ContentType: 'text/csv', Body: '5,10,1,0' }))
        .catch((error: Error) => wrong.add(`${error.name}: ${error.message}`));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    client.destroy();
  })();
  return async () => {
    over = true;
    await asking;
    return [...wrong];
  };
}

/** Which of the two a champion's successor is, after seeing to it that there is a champion that serves. */
async function challenger(world: World, { first, second }: Contenders): Promise<string> {
  const champion = await getState(world.project.target, world.pipeline, 'champion');
  const { endpoints } = await holdings(world, world.pipeline);
  if (champion && endpoints[0]?.status === 'InService') return champion['modelPackageArn'] === first ? second : first;
  await clear(world);
  await withdraw(world, first);
  await deployClean(world, first);
  return second;
}

/** Sees to it that a model serves. */
export async function serveAgain(world: World, { first }: Contenders): Promise<void> {
  const { endpoints } = await holdings(world, world.pipeline);
  if (endpoints[0]?.status === 'InService' && (await getState(world.project.target, world.pipeline, 'champion')))
    return;
  await clear(world);
  await withdraw(world, first);
  await deployClean(world, first);
}

async function deployClean(
  world: World,
  modelPackageArn: string,
  by: typeof approve = approve,
  status = 'SUCCEEDED',
): Promise<void> {
  const { ended } = await by(world, modelPackageArn);
  if (ended.status === 'FAILED') await world.ended('recover-deployment', ended.executionArn);
  await world.quiet();
  if (ended.status !== status) throw new Error(`A clean deployment ended as ${JSON.stringify(ended)}`);
}

/**
 * How a deployment begins: with no endpoint, with a champion that serves (where it is guarded, alarms watch and the
 * champion is scaled), or as the way back from one.
 */
export type DeployPath = keyof typeof begin;

const prepare = async (world: World, path: DeployPath, contenders: Contenders): Promise<string> => {
  if (path === 'first deployment') await clear(world);
  const candidate = path === 'first deployment' ? contenders.first : await challenger(world, contenders);
  if (path === 'roll-back') return approvedBefore(world, candidate, contenders);
  await withdraw(world, candidate);
  return candidate;
};

/** A model to go back to. One that is not approved is deployed first, and the other one is the model to go back to. */
async function approvedBefore(world: World, candidate: string, { first, second }: Contenders): Promise<string> {
  const { sageMaker } = world.project.target;
  const found = await sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: candidate }));
  if (found.ModelApprovalStatus === 'Approved') return candidate;
  await deployClean(world, candidate);
  return candidate === first ? second : first;
}

/** Deploys without a fault and takes down the calls. */
export async function recordDeploy(world: World, path: DeployPath, contenders: Contenders): Promise<CallSite[]> {
  const candidate = await prepare(world, path, contenders);
  await world.quiet();
  const stop = world.board.record();
  await deployClean(world, candidate, begin[path], path === 'guarded update in vain' ? 'FAILED' : 'SUCCEEDED');
  return stop();
}

/** One deployment with one fault, and the same one once more when it failed. */
export async function deployWith(
  world: World,
  path: DeployPath,
  contenders: Contenders,
  trial: Trial,
): Promise<Outcome> {
  const candidate = await prepare(world, path, contenders);
  await world.quiet();
  const { target } = world.project;
  const before = await getState(target, world.pipeline, 'champion');
  const said = (await world.messages('')).length;
  const stopAsking = path !== 'first deployment' ? keepAsking(world) : async () => [];
  const tested = new Set((await world.executions('test-endpoint', endpointOf(world))).map((e) => e.executionArn));

  const deployed = new Set((await world.executions('deploy', candidate)).map((e) => e.executionArn));

  const { ended, struck } = await begin[path](world, candidate, trial);
  // A request that fails begins no deployment. Its caller sees that.
  const requested = ended.executionArn.includes('record-decision');
  if (ended.status === 'FAILED' && !requested) await world.ended('recover-deployment', ended.executionArn);
  await world.quiet();
  const violations = (await stopAsking()).map((words) => `while it was deployed the endpoint answered ${words}`);
  const expect = (holds: boolean, words: string) => {
    if (!holds) violations.push(words);
  };
  expect(struck > 0, 'the fault was never reached');
  const succeeded = ended.status === 'SUCCEEDED';
  expect(!succeeded || path !== 'guarded update in vain', 'it ended well although the update was taken back');
  expect(succeeded || ended.status === 'FAILED', `ended as ${ended.status}`);
  expect(!succeeded || decisionOf(ended) === 'deploy', `ended with ${JSON.stringify(ended.output)}`);

  const champion = await getState(target, world.pipeline, 'champion');
  const serves = champion?.['endpointConfigName'];
  const held = await holdings(world, world.pipeline);
  if (champion) {
    expect(held.endpoints[0]?.status === 'InService', `the endpoint is ${held.endpoints[0]?.status}`);
    const { EndpointConfigName: config } = await target.sageMaker.send(
      new DescribeEndpointCommand({ EndpointName: endpointOf(world) }),
    );
    expect(config === serves, `the endpoint serves ${config}, the champion's config is ${serves}`);
    expect(
      held.endpointConfigs.length === 1 && held.endpointConfigs[0] === serves,
      `endpoint configs: ${held.endpointConfigs.join(', ')}; the champion's is ${serves}`,
    );
  } else {
    expect(held.endpoints.length === 0, `an endpoint is left: ${JSON.stringify(held.endpoints)}`);
    expect(held.endpointConfigs.length === 0, `endpoint configs are left: ${held.endpointConfigs.join(', ')}`);
  }
  expect(held.models.length === 2, `models: ${held.models.join(', ')}`);
  expect((await getState(target, world.pipeline, 'deployment-lock')) === undefined, 'the lock is held');
  const claim = await getState(target, world.pipeline, `deployment#${String(versionOf(candidate)).padStart(6, '0')}`);
  const settled = ['promoted', 'failed'].includes(String(claim?.['status']));
  expect(settled || (claim === undefined && !succeeded), `the claim is ${claim?.['status']}`);

  if (path.startsWith('guarded')) violations.push(...(await guardsOf(world)));
  const texts = (await world.messages('')).slice(said).map(({ text }) => text);
  // Going back is an update of the endpoint too: it is tested and announced on its own. So is each of the executions that a
  // repeated event starts, when it fails before it can find out that it is one too many.
  const failures = (await world.executions('deploy', candidate, deployed)).filter((e) => e.status === 'FAILED').length;
  const twice = repeated(texts).filter(
    (heading) => !heading.includes('its tests could not run') && !(failures > 1 && heading.includes('the run failed')),
  );
  expect(trial.forgets || twice.length === 0, `said twice: ${twice.join(', ')}`);
  const says = (words: RegExp) => texts.some((text) => words.test(text));
  for (const test of await world.executions('test-endpoint', endpointOf(world), tested)) {
    if (test.status !== 'SUCCEEDED')
      expect(
        says(/rolled back|going back to version|could not be|check failed/),
        `a test ended as ${test.status} ${test.cause} and nobody was told`,
      );
  }
  if (succeeded) {
    expect(champion?.['modelPackageArn'] === candidate, 'it ended well without being promoted');
    expect(says(/is live/) || trial.silences, 'the deployment was not announced');
    return { status: 'succeeded', violations };
  }
  expect(ended.cause !== '', `no cause is given for ${ended.error}`);
  expect(requested || says(/rolled back|failed/), 'the failure was not announced');
  expect(
    champion?.['modelPackageArn'] === before?.['modelPackageArn'] || champion?.['modelPackageArn'] === candidate,
    'another model is the champion',
  );
  if (champion?.['modelPackageArn'] !== candidate) {
    await withdraw(world, candidate);
    const again = await approve(world, candidate);
    await world.quiet();
    expect(
      again.ended.status === 'SUCCEEDED',
      `approved once more it ended as ${again.ended.status} ${again.ended.cause}`,
    );
    if (path.startsWith('guarded')) violations.push(...(await guardsOf(world)));
  }
  return { status: 'failed', violations };
}
