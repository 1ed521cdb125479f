import { unreachable } from '#domain/unreachable';
import type { Explanation } from '#schemas/why';
import type { PipelineRecords } from './records.ts';
import type { Places } from './see.ts';

const day = (iso: string): string => iso.slice(0, 10);

/** What brings a pipeline without a model in service back. */
function toServeAgain({ pipeline, champion, former, retired }: PipelineRecords, { command }: Places): string[] {
  if (retired) return [`To take the retirement back: ${command(`retire ${pipeline} --undo`)}`];
  const last = champion ?? former[0];
  if (last) {
    return [
      `To serve version ${last.modelPackageVersion} again: ${command(`rollback ${pipeline} ${last.modelPackageVersion}`)}`,
    ];
  }
  return [`To see which models wait for approval: ${command(`models ${pipeline}`)}`];
}

/**
 * How an endpoint stands to the pipeline's records, in a sentence, and what a person should do.
 *
 * @param version the version whose model serves, if it is known
 */
export function describeServing(
  records: PipelineRecords,
  places: Places,
  version: number | undefined,
): Explanation['serving'] {
  const { serving, name, pipeline, endpoint, champion, former, retired, deployment } = records;
  const { state, run } = serving;
  const promoted = [...(champion ? [champion] : []), ...former].find((c) => c.runId === run?.runId);
  const number = version ?? promoted?.modelPackageVersion;
  const served = number === undefined ? `run ${run?.runId}` : `version ${number}`;
  switch (state) {
    case 'champion':
      return {
        state,
        says: `version ${champion?.modelPackageVersion} serves since ${champion?.promotedAt.slice(0, 16).replace('T', ' ')}`,
        todo: [],
      };
    case 'changing': {
      const whose = deployment === undefined ? 'no deployment of Tidegate is under way' : 'a deployment is under way';
      const now = serving.to === endpoint?.config ? `${served} is being tested` : `${served} serves until then`;
      return {
        state,
        says: `${name} is on its way to ${serving.to}: ${whose}${serving.run === undefined ? '' : `, and ${now}`}`,
        todo: [],
      };
    }
    case 'by-hand': {
      const before =
        champion === undefined ? 'no model was promoted' : `version ${champion.modelPackageVersion} was promoted`;
      const whose =
        serving.run === undefined ? 'no run is known that trained its model' : `it has the model of ${served}`;
      return {
        state,
        says: `${name} was changed by hand: it serves ${serving.config}, but ${before}; ${whose}`,
        todo: [
          ...toServeAgain(records, places),
          `To see whether it passes its tests: ${places.command(`tests ${pipeline} --run`)}`,
        ],
      };
    }
    case 'failed':
      return {
        state,
        says: `${name} failed, so nothing serves: ${serving.reason}`,
        todo: [
          `SageMaker allows only deleting it: aws sagemaker delete-endpoint --endpoint-name ${name}`,
          ...toServeAgain(records, places),
        ],
      };
    case 'absent':
      return {
        state,
        says: retired
          ? `nothing serves: ${pipeline} was retired on ${day(retired.at)}`
          : champion
            ? `nothing serves: ${name} is gone, although version ${champion.modelPackageVersion} was promoted; somebody deleted it`
            : 'nothing serves: no model was promoted yet',
        todo: toServeAgain(records, places),
      };
    default:
      return unreachable(state, 'state of an endpoint');
  }
}
