import * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import { endpointName } from '#domain/naming';
import { endpoints } from '#functions/aws/endpoints';
import { championSchema } from '#schemas/records/run';
import { requestDecision } from './decide.ts';
import { CliError, green, red } from './output.ts';
import { getState } from './runs.ts';
import type { Target } from './target.ts';
import { describeEnd, type Ended, watchExecution } from './watch.ts';

/** Of a deployment that was not carried out. */
const ignoredSchema = z.object({ decision: z.literal('ignore'), reason: z.string() });

/** What a person wants. */
export interface RollBackWish {
  readonly version: number | undefined;
  readonly reason: string | undefined;
  /** All traffic at once, without the waits and alarms of a roll-out. */
  readonly now: boolean;
}

const readChampion = async (target: Target, pipeline: string) =>
  championSchema.safeParse(await getState(target, pipeline, deploymentKeys.champion)).data;

/** Whether an endpoint does not serve its champion: somebody changed or deleted it by hand. */
async function isMoved(target: Target, pipeline: string): Promise<boolean> {
  const champion = await readChampion(target, pipeline);
  const endpoint = await endpoints(target.sageMaker).read(endpointName(target.stage, pipeline));
  return champion !== undefined && endpoint?.config !== champion.endpointConfigName;
}

/**
 * Records a person's wish to go back and starts the deployment.
 *
 * @throws CliError when nothing is to be done, with the reason
 */
export async function requestRollBack(
  target: Target,
  pipeline: string,
  { version, reason, now }: RollBackWish,
): Promise<{ readonly version: number; readonly executionArn: string }> {
  const moved = await isMoved(target, pipeline);
  const answer = await requestDecision(target, { action: 'roll-back', pipeline, version, reason, now, moved });
  if (answer.decision !== 'recorded') throw new CliError(`Nothing was rolled back: ${answer.reason}.`);
  return answer;
}

/** How a roll-back ended. */
export interface RollBackEnd {
  readonly served: boolean;
  readonly text: string;
}

/**
 * How the deployment of a roll-back ended, for people.
 *
 * @param serving the version that serves now, if it is known
 */
export function describeRollBack(
  pipeline: string,
  version: number,
  ended: Ended,
  serving: number | undefined,
): RollBackEnd {
  const ignored = ignoredSchema.safeParse(ended.output).data;
  if (ended.status === 'SUCCEEDED' && !ignored) {
    return { served: true, text: `${green('rolled back')}: version ${version} of ${pipeline} serves` };
  }
  const stays = serving === undefined ? 'what served before still serves' : `version ${serving} serves as before`;
  if (ignored) return { served: false, text: `${red('not rolled back')}: ${ignored.reason}; ${stays}` };
  return { served: false, text: `the roll-back ${describeEnd(ended)}\n${stays}` };
}

/** Follows a roll-back to its end. */
export async function followRollBack(
  target: Target,
  pipeline: string,
  { version, executionArn }: { readonly version: number; readonly executionArn: string },
  silent: boolean,
): Promise<{ readonly ended: Ended; readonly end: RollBackEnd }> {
  const ended = await watchExecution(target.sfn, executionArn, { silent });
  const serving = (await isMoved(target, pipeline)) ? undefined : await readChampion(target, pipeline);
  return { ended, end: describeRollBack(pipeline, version, ended, serving?.modelPackageVersion) };
}
