import { spent } from '#domain/drift/decision/alarms';
import { count, counted } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import { type Busy, type DriftAction, type NewerDrop, nothing, type Planned } from './drift-action.ts';

/** Why a retrain waits: one run at a time, and one new version at a time. */
function whyBusy({ training, waiting, deploying }: Busy): string | undefined {
  if (training !== undefined) return `run ${training} is training already`;
  if (deploying !== undefined) return `version ${deploying}, trained since, is being deployed or compared`;
  return waiting === undefined ? undefined : `version ${waiting}, trained since, waits for approval`;
}

/** Why none of the newer drops is trained on. */
function whyNoDrop(drops: readonly NewerDrop[], minRows: number): string {
  const [newest] = drops;
  if (!newest) return 'there is no newer drop than the one that the model was trained on: drop newer labelled data';
  switch (newest.state) {
    case 'refused':
      return `the newest drop was refused by run ${newest.runId}: drop it again without what is wrong in it`;
    case 'trained':
      return `run ${newest.runId} trained on the newest drop already, and the same data would give the same model: drop newer labelled data`;
    case 'new':
      // a drop whose rows are not known would have been taken
      return `the newest drop has about ${counted(newest.rows as number, 'row')}, and a retrain needs ${count(minRows)} (drift.minRows)`;
    default:
      return unreachable(newest.state, 'state of a drop');
  }
}

/**
 * Trains on the newest drop that can be used, if it is newer than that of the model in service. Alarms in a burst start one run: none is
 * started while another is under way, nor while a version that was trained since waits for a decision or for its deployment.
 */
export const retrain = {
  name: 'retrain',
  summary: 'Slack is told, and a new model is trained if there is newer data that can be used.',
  tells: true,
  async plan({ at, carried, settings: { retrains }, minRows }, reads): Promise<Planned> {
    const busy = whyBusy(await reads.busy());
    if (busy !== undefined) return nothing(`no retrain: ${busy}`);
    const before = spent(carried.retrains, at, retrains.per).length;
    if (before >= retrains.most) {
      return nothing(
        `no retrain: drift started ${before} in the last ${retrains.per}, and drift.decision.retrains allows ${retrains.most}`,
      );
    }
    const drops = await reads.newerDrops();
    const drop = drops.find(({ state, rows }) => state === 'new' && (rows ?? minRows) >= minRows)?.drop;
    return drop === undefined
      ? nothing(`no retrain: ${whyNoDrop(drops, minRows)}`)
      : { start: 'retrain', reason: `a retrain on drop ${drop} has been started`, drop };
  },
} as const satisfies DriftAction;
