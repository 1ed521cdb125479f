import type * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import { explainFailure } from '#domain/runs/failure';
import { readChallenge } from '#functions/claims/challenges';
import { type EndingPorts, endChallenge } from '#functions/use-cases/end-challenge';
import type { closeChallengeSchema } from '#schemas/events/challenge';
import {
  type Challenge,
  type ChallengeOutcome,
  type ClosedChallenge,
  challengeSchema,
} from '#schemas/records/challenge';

/** The dependencies of closing a challenge. */
export interface ClosingPorts extends EndingPorts {
  /** Starts a deployment once: a second call with the same name changes nothing. */
  readonly startDeployment: (name: string, modelPackageArn: string) => Promise<void>;
}

type CloseEvent = z.output<typeof closeChallengeSchema>;

const outcomeOf = ({ verdict, error, at }: CloseEvent): ChallengeOutcome =>
  verdict
    ? { ...verdict, at }
    : {
        end: 'failed',
        reasons: [explainFailure(error ?? { Cause: 'The challenge was stopped before it could finish.' }).message],
        measures: {},
        at,
      };

/** The challenge of an execution that has ended already: another execution may have ended it. */
async function readEnded(
  { store }: ClosingPorts,
  { pipeline, executionArn }: CloseEvent,
): Promise<Challenge | undefined> {
  const past = await store.list(pipeline, deploymentKeys.anyPastChallenge);
  return past.map((item) => challengeSchema.parse(item)).find((challenge) => challenge.executionArn === executionArn);
}

/**
 * Ends a challenge with a verdict, or because its machine failed, and starts the deployment of a challenger that has won. A retry goes on
 * where the attempt before ended.
 *
 * @throws TransientError until the challenger's endpoint can be deleted
 */
export async function closeChallenge(ports: ClosingPorts, event: CloseEvent): Promise<ClosedChallenge> {
  const { store, startDeployment } = ports;
  const { pipeline, executionArn } = event;
  const current = await readChallenge(store, pipeline);
  const ended =
    current?.executionArn === executionArn
      ? await endChallenge(ports, current, outcomeOf(event))
      : await readEnded(ports, event);
  if (!ended?.outcome) return { report: false, pipeline, reason: outcomeOf(event).reasons.join(' ') };
  const { challenger, champion, mode, approvedAt, id, outcome } = ended;
  if (outcome.end === 'won') await startDeployment(`${id}-won`, challenger.modelPackageArn);
  return {
    report: true,
    pipeline,
    mode,
    run: challenger.run,
    modelPackageVersion: challenger.modelPackageVersion,
    championVersion: champion.modelPackageVersion,
    approvedAt,
    outcome,
  };
}
