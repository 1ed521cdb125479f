import type * as z from 'zod';
import type { Evidence, Judgement } from '#domain/challenges/challenge-mode';
import { secondsBetweenLooks, settleMs } from '#domain/challenges/looks';
import { challengeMode } from '#domain/challenges/registry';
import { deploymentKeys } from '#domain/deployment/target';
import { TransientError } from '#domain/errors';
import { predictionKey } from '#domain/runs/layout';
import { firstIdOf } from '#domain/serving/inference-id';
import { unreachable } from '#domain/unreachable';
import { readTotals, writeTotals } from '#functions/claims/challenges';
import type { ObjectStore } from '#functions/ports/object-store';
import type { PredictionReader } from '#functions/ports/prediction-log';
import type { StateStore } from '#functions/ports/state-store';
import { readOwnChallenge } from '#functions/use-cases/begin-challenge';
import { readContenders } from '#functions/use-cases/read-contenders';
import type { ChallengeStep, judgeChallengeSchema, Verdict } from '#schemas/events/challenge';
import type { Challenge, ChallengeTotals } from '#schemas/records/challenge';
import { championSchema } from '#schemas/records/run';

/** The dependencies of judging. */
export interface JudgingPorts {
  readonly artifacts: Pick<ObjectStore, 'readJson'>;
  readonly store: StateStore;
  readonly predictions: PredictionReader;
}

/** The most requests that one look counts: some 200 seconds of a function at a hundred requests a second. */
export const mostPerLook = 20_000;
/** How many objects are read at once. */
const atOnce = 50;
/** Seconds until the next look when there was more to count. */
const soon = 1;

interface Seen {
  readonly evidence: readonly Evidence[];
  readonly watermark: string;
  readonly more: boolean;
}

/** The requests of a challenge that were logged since the last look, at most `mostPerLook`. */
async function readPredictions(
  { predictions }: JudgingPorts,
  { pipeline, id }: Challenge,
  watermark: string,
  at: string,
): Promise<Seen> {
  const settled = predictionKey(pipeline, firstIdOf(Date.parse(at) - settleMs));
  const keys = (await predictions.keysAfter(pipeline, watermark)).filter((key) => key < settled);
  const now = keys.slice(0, mostPerLook);
  const evidence: Evidence[] = [];
  for (let from = 0; from < now.length; from += atOnce) {
    const records = await Promise.all(now.slice(from, from + atOnce).map((key) => predictions.read(key)));
    evidence.push(...records.flatMap((prediction) => (prediction.challenge === id ? [{ prediction }] : [])));
  }
  return { evidence, watermark: now.at(-1) ?? watermark, more: keys.length > now.length };
}

/** Counts what is new and judges it. A look that was counted by another one counts nothing twice. */
async function look(
  ports: JudgingPorts,
  challenge: Challenge,
  at: string,
): Promise<{ judgement: Judgement; more: boolean }> {
  const { artifacts, store } = ports;
  const { pipeline, id, logFrom, settings } = challenge;
  const mode = challengeMode(challenge.mode);
  const former = await readTotals(store, challenge);
  const { evidence, watermark, more } = await readPredictions(ports, challenge, former?.watermark ?? logFrom, at);
  const totals = mode.fold(former?.totals, evidence, await readContenders(artifacts, challenge));
  const hours = (Date.parse(at) - Date.parse(challenge.startedAt ?? at)) / 3_600_000;
  const judgement = mode.judge(totals, settings, { hours });
  const next: ChallengeTotals = {
    challenge: id,
    totals,
    watermark,
    looks: (former?.looks ?? 0) + 1,
    judgedAt: at,
    measures: { ...judgement.measures },
    reasons: [...judgement.reasons],
  };
  if (!(await writeTotals(store, pipeline, former, next))) {
    throw new TransientError(`Another look at the challenge of ${pipeline} was faster.`);
  }
  return { judgement, more };
}

/** Why a challenge ends, whatever its requests say. */
async function readInterruption({ store }: JudgingPorts, challenge: Challenge): Promise<Verdict | undefined> {
  const { pipeline, champion, request } = challenge;
  if (await store.get(pipeline, deploymentKeys.retired)) {
    return { end: 'retired', reasons: ['The pipeline was retired.'], measures: {} };
  }
  const now = championSchema.safeParse(await store.get(pipeline, deploymentKeys.champion)).data;
  if (now?.runId !== champion.runId) {
    const reasons = ['Another model became the champion. Approve the version again for a new challenge.'];
    return { end: 'superseded', reasons, measures: {} };
  }
  if (!request) return undefined;
  const what = request.end === 'won' ? 'promoted the challenger' : 'stopped the challenge';
  const reasons = [`A person ${what}${request.reason ? `: ${request.reason}` : '.'}`];
  return { end: request.end, reasons, measures: {}, ...(request.by ? { by: request.by } : {}) };
}

/** How a challenge ends that has lasted for its `maxDays`. */
function timedOut({ settings }: Challenge, { reasons, measures }: Judgement): Verdict {
  const promote = settings['onTimeout'] === 'promote';
  const then = promote ? 'The challenger is promoted (onTimeout).' : 'The champion stays (onTimeout).';
  return {
    end: promote ? 'won' : 'kept',
    reasons: [`No verdict within ${settings.maxDays} days. ${then}`, ...reasons],
    measures: { ...measures },
  };
}

/**
 * Looks at a challenge once: counts the requests that were logged since the last look and judges both models by all of them. It ends
 * earlier when a person wants so, the champion changes or the pipeline is retired, and at `maxDays`.
 *
 * @throws TransientError when another look was faster
 */
export async function judgeChallenge(
  ports: JudgingPorts,
  event: z.output<typeof judgeChallengeSchema>,
): Promise<ChallengeStep> {
  const own = await readOwnChallenge(ports.store, event);
  if ('verdict' in own) return { step: 'close', verdict: own.verdict };
  const { challenge } = own;
  const interruption = await readInterruption(ports, challenge);
  if (interruption) {
    const seen = await readTotals(ports.store, challenge);
    return { step: 'close', verdict: { ...interruption, measures: seen?.measures ?? {} } };
  }
  const { judgement, more } = await look(ports, challenge, event.at);
  const { maxDays } = challenge.settings;
  const { verdict, reasons, measures } = judgement;
  switch (verdict) {
    case 'won':
    case 'lost':
      return { step: 'close', verdict: { end: verdict, reasons: [...reasons], measures: { ...measures } } };
    case 'undecided':
      if (more) return { step: 'wait', waitSeconds: soon };
      if (Date.parse(event.at) - Date.parse(challenge.startedAt ?? event.at) >= maxDays * 86_400_000) {
        return { step: 'close', verdict: timedOut(challenge, judgement) };
      }
      return { step: 'wait', waitSeconds: secondsBetweenLooks(maxDays) };
    default:
      return unreachable(verdict, 'verdict on a challenge');
  }
}
