import { isBad } from '#domain/drift/decision/severity';
import type { CarriedDrift, DriftDecision } from '#schemas/records/drift-history';
import { type DriftAction, nothing, type Planned } from './drift-action.ts';

/** Why the version in service is not what made it worse. */
function whyNotItsFault(
  { loss, since, labels }: DriftDecision,
  { firstFrom, former }: CarriedDrift,
  formerRun: string,
): string | undefined {
  const isRealised = labels?.worse.includes('performance') === true;
  if (!isRealised && (!loss || loss.lost <= 0)) {
    return 'the performance of the version in service is not estimated to have fallen';
  }
  if (since === undefined || since !== firstFrom) return 'the version in service was good at first';
  if (former?.runId !== formerRun || !former.estimated) {
    return 'no check estimated the performance of the version before while it served';
  }
  return isBad(former.severity) ? 'the version before was not good either in its last check' : undefined;
}

/**
 * Serves the version before again, where drift began with the version in service: the first window of it that could be judged had a warning,
 * all since have had one, and the last check of the version before had none. The version is deployed and tested like any other.
 */
export const rollBack = {
  name: 'roll-back',
  summary: 'Slack is told, and the version before serves again if it was good and the version in service never was.',
  tells: true,
  async plan({ decision, carried }, reads): Promise<Planned> {
    const former = await reads.formerVersion();
    if (!former) return nothing('no roll-back: no version served before this one');
    const { version, runId, isApproved } = former;
    if (!isApproved) return nothing(`no roll-back: version ${version}, which served before, is no longer approved`);
    const other = whyNotItsFault(decision, carried, runId);
    if (other !== undefined) return nothing(`no roll-back: ${other}`);
    const { deploying } = await reads.busy();
    if (deploying !== undefined) {
      return nothing(`no roll-back: version ${deploying} is being deployed or compared`);
    }
    return { start: 'roll-back', reason: `a roll-back to version ${version} has been started`, version };
  },
} as const satisfies DriftAction;
