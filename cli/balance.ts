import { describeBalance } from '#domain/imbalance/balance';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { TrainingRecord } from '#schemas/records/run';
import { servedConfigSchema } from '#schemas/records/served-config';
import { readRecord } from './read-record.ts';
import type { Target } from './target.ts';

/** What a run's training did about classes of unequal size, in words; undefined where it did nothing. */
export async function readBalance(
  target: Pick<Target, 's3' | 'outputs'>,
  run: RunPointer,
  { hyperparameters }: Pick<TrainingRecord, 'hyperparameters'>,
): Promise<string | undefined> {
  const fitted = await readRecord(target, artifactKeys(run).transform, fittedTransformSchema);
  const config = await readRecord(target, artifactKeys(run).config, servedConfigSchema);
  return fitted && describeBalance(fitted, hyperparameters, config?.evaluation.calibration);
}
