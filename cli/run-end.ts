import { GetObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { type Verdict, verdictSchema } from '#schemas/records/evaluation';
import { bold, green, red, table, yellow } from './output.ts';
import type { RunRecord } from './runs.ts';
import type { Target } from './target.ts';
import { describeEnd, type Ended } from './watch.ts';

/** AdmitDrop's result for a drop that is not trained on. */
const skippedSchema = z.object({ reason: z.string() });

/** A record of a run in the artifacts bucket; undefined when the run did not reach that step. */
export async function readRecord<T extends z.ZodType>(
  { s3, outputs }: Pick<Target, 's3' | 'outputs'>,
  key: string,
  schema: T,
): Promise<z.output<T> | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key: key }));
    return schema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** The gates' verdict on a run's candidate, if there is one. */
export const readVerdict = (target: Pick<Target, 's3' | 'outputs'>, run: RunPointer): Promise<Verdict | undefined> =>
  readRecord(target, artifactKeys(run).verdict, verdictSchema);

/** The verdict and every gate with its reason. */
export const describeVerdict = ({ passed, gates }: Verdict): string =>
  `${passed ? green(bold('Every gate passed.')) : red(bold('Refused.'))}\n${table(
    ['', 'GATE', 'WHY'],
    gates.map((g) => [g.passed ? green('✓') : red('✗'), g.gate, g.reason]),
  )}`;

/**
 * How a run ended: the verdict and the model's status, or the failure.
 *
 * @param run its record; undefined for an execution without training
 */
export function describeRunEnd(ended: Ended, run?: RunRecord, verdict?: Verdict): string {
  const lines = verdict ? [describeVerdict(verdict)] : [];
  if (ended.status !== 'SUCCEEDED') return [...lines, `run ${describeEnd(ended)}`].join('\n');
  if (!run) {
    const skipped = skippedSchema.safeParse(ended.output);
    return `${yellow('not trained')}${skipped.success ? `: ${skipped.data.reason}` : ''}`;
  }
  const version = run.modelPackageVersion === undefined ? '' : ` as v${run.modelPackageVersion}`;
  const said = run.status === 'rejected' ? yellow('rejected by its gates') : `${green(run.status)}${version}`;
  return [...lines, `run ${run.runId} ${said}; its report: npx tidegate report ${run.runId}`].join('\n');
}
