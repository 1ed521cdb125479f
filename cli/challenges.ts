import { secondsBetweenLooks } from '#domain/challenges/looks';
import { deploymentKeys } from '#domain/deployment/target';
import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { stateStore } from '#functions/aws/state-store';
import { readChallenge, readTotals } from '#functions/claims/challenges';
import { requestChallengeEnd } from '#functions/use-cases/request-challenge-end';
import { type Challenge, type ChallengeTotals, challengeSchema } from '#schemas/records/challenge';
import { exitCodes } from './exit-codes.ts';
import { listItems } from './model-versions.ts';
import { bold, CliError, dim, green, red, yellow } from './output.ts';
import { callerArn, type Target } from './target.ts';

/** The challenges of a pipeline. */
export interface Challenges {
  readonly current: Challenge | undefined;
  /** What the current one has seen. */
  readonly seen: ChallengeTotals | undefined;
  /** Those that have ended, the last one first. */
  readonly past: readonly Challenge[];
}

const storeOf = ({ db, outputs }: Target) => stateStore(db, outputs.StateTableName);

/** Reads the challenges of a pipeline. */
export async function readChallenges(target: Target, pipeline: string): Promise<Challenges> {
  const store = storeOf(target);
  const current = await readChallenge(store, pipeline);
  const items = await listItems(target, target.outputs.StateTableName, pipeline, deploymentKeys.anyPastChallenge);
  const past = items.map((item) => challengeSchema.parse(item));
  return {
    current,
    seen: current && (await readTotals(store, current)),
    past: past.toSorted((a, b) => b.openedAt.localeCompare(a.openedAt)),
  };
}

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
const measured = (measures: Readonly<Record<string, number>> = {}): string[] =>
  Object.entries(measures).map(([name, value]) => `  ${name.padEnd(18)} ${formatNumber(value)}`);

/** How the challenge under way stands, in lines; empty where none is. */
export function describeCurrent({ current, seen }: Pick<Challenges, 'current' | 'seen'>): string[] {
  if (!current) return [];
  const { challenger, champion, mode, settings, status, startedAt, openedAt, request } = current;
  const since = startedAt === undefined ? `opened ${minute(openedAt)}` : `receives requests since ${minute(startedAt)}`;
  return [
    `${bold(`version ${challenger.modelPackageVersion}`)} challenges version ${champion.modelPackageVersion}: ${mode}, ${settings.share} % of the requests, ${status}, ${since}`,
    ...(request ? [yellow(`a person wants it to end: ${request.end === 'won' ? 'promote' : 'stop'}`)] : []),
    ...(seen?.reasons ?? ['not judged yet']),
    ...measured(seen?.measures),
    dim(`endpoint ${challenger.endpointName}`),
  ];
}

/** How a challenge ended, in lines. */
export function describePast({ challenger, champion, mode, outcome }: Challenge): string[] {
  if (!outcome) return [];
  const { end, reasons, measures, at } = outcome;
  const shown = end === 'won' ? green(end) : end === 'lost' || end === 'failed' ? red(end) : yellow(end);
  return [
    `${bold(`version ${challenger.modelPackageVersion}`)} against version ${champion.modelPackageVersion}: ${mode}, ${shown} ${minute(at)}`,
    ...reasons,
    ...measured(measures),
  ];
}

/**
 * Asks the challenge of a pipeline to end.
 *
 * @returns what a person may expect
 * @throws CliError when none is under way
 */
export async function endByHand(
  target: Target,
  pipeline: string,
  end: 'won' | 'stopped',
  reason: string | undefined,
): Promise<string> {
  const { current } = await readChallenges(target, pipeline);
  const by = await callerArn(target);
  const request = {
    end,
    at: new Date().toISOString(),
    ...(by ? { by } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  if (!current || !(await requestChallengeEnd(storeOf(target), pipeline, request))) {
    throw new CliError(
      `No challenge of ${pipeline} is under way. To see its last one: npx tidegate challenge show ${pipeline}`,
      exitCodes.failed,
    );
  }
  const minutes = Math.ceil(secondsBetweenLooks(current.settings.maxDays) / 60);
  const what = end === 'won' ? `version ${current.challenger.modelPackageVersion} is rolled out` : 'the champion stays';
  return `${what} at the next look, within ${counted(minutes, 'minute')}`;
}
