import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { describeContinuation } from '#domain/training/describe-continuation';
import { type TrainingRecord, trainingRecordSchema } from '#schemas/records/run';
import { bold, dim, green, table } from './output.ts';
import { readRecord } from './read-record.ts';
import type { Target } from './target.ts';

/** Training jobs shown; the report shows more. */
const SHOWN = 10;

/** A run's training record, once it exists. */
export const readTraining = (
  target: Pick<Target, 's3' | 'outputs'>,
  run: RunPointer,
): Promise<TrainingRecord | undefined> => readRecord(target, artifactKeys(run).training, trainingRecordSchema);

/** What a run's training went on from, or why it started anew; nothing for a pipeline that does not ask for it. */
export const describeStart = ({ continuation }: TrainingRecord): string | undefined =>
  continuation && `${bold('training')} ${describeContinuation(continuation)}`;

/** The best training jobs of a tuning as a table; nothing for a run that was not tuned. */
export function describeTuning({ tuning, trainingJob }: TrainingRecord): string | undefined {
  if (!tuning) return undefined;
  const { trials, direction, metric, strategy } = tuning;
  const worst = direction === 'Maximize' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const sign = direction === 'Maximize' ? -1 : 1;
  const ranked = trials.toSorted((a, b) => {
    const [x, y] = [a.objective ?? worst, b.objective ?? worst];
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  });
  const names = [...new Set(trials.flatMap((trial) => Object.keys(trial.hyperparameters)))].toSorted();
  const rows = ranked.slice(0, SHOWN).map((trial) => {
    const value = trial.objective === null ? trial.status.toLowerCase() : trial.objective.toFixed(5);
    const isBest = trial.trainingJob === trainingJob;
    const tried = names.map((name) => shorten(trial.hyperparameters[name] ?? ''));
    return [trial.trainingJob, ...tried, isBest ? green(value) : value, isBest ? green('best') : ''];
  });
  const more = trials.length > SHOWN ? dim(`\n  and ${trials.length - SHOWN} more: see the report`) : '';
  return `${bold('tuning')} ${strategy}, ${trials.length} training jobs\n${table(['TRAINING JOB', ...names.map((n) => n.toUpperCase()), metric.toUpperCase(), ''], rows)}${more}`;
}

/** A readable number: sampled values have 17 digits. */
const shorten = (text: string): string => {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? String(Number(value.toPrecision(4))) : text;
};
