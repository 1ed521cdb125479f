import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { type Verdict, verdictSchema } from '#schemas/records/evaluation';
import { type PersonalData, personalDataSchema } from '#schemas/records/personal-data';
import { readBalance } from './balance.ts';
import { describeCosts } from './costs.ts';
import { endWith } from './exit-codes.ts';
import { exitOfRun, type Followed, type Skipped } from './follow-run.ts';
import { bold, green, print, printJson, red, table, yellow } from './output.ts';
import { describeWarnings } from './personal-data.ts';
import { readProjectPipeline } from './project.ts';
import { readRecord } from './read-record.ts';
import { describeRows, readDrops, readRows } from './run-rows.ts';
import type { RunRecord } from './runs.ts';
import type { Target } from './target.ts';
import { describeStart, readTraining } from './tuning.ts';
import { describeEnd, type Ended } from './watch.ts';

/** The gates' verdict on a run's candidate, if there is one. */
export const readVerdict = (target: Pick<Target, 's3' | 'outputs'>, run: RunPointer): Promise<Verdict | undefined> =>
  readRecord(target, artifactKeys(run).verdict, verdictSchema);

/** What looked personal in a run's drop, if the run got that far. */
export const readPersonalData = (
  target: Pick<Target, 's3' | 'outputs'>,
  run: RunPointer,
): Promise<PersonalData | undefined> => readRecord(target, artifactKeys(run).personalData, personalDataSchema);

/** The verdict and every gate with its reason; then the constraints that the drop did not meet and that only warn. */
export const describeVerdict = ({ passed, gates, warnings = [], unmet = [] }: Verdict): string =>
  `${passed ? green(bold('Every gate passed.')) : red(bold('Refused.'))}\n${table(
    ['', 'GATE', 'WHY'],
    gates.map((g) => [g.passed ? green('✓') : red('✗'), g.gate, g.reason]),
  )}${[...unmet.map(({ constraint, reason }) => `${constraint}: ${reason}`), ...warnings].map((line) => `\n${yellow('!')} ${line}`).join('')}`;

/** Quotes a word for a shell, if it needs that. */
const quoted = (word: string): string => (/^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Why nothing was trained, and the command that trains all the same. */
export function describeSkip(
  { pipeline, drop, cause, reason, runId }: Skipped,
  target: Pick<Target, 'kind' | 'stage'>,
): string {
  const stage = target.kind === 'aws' ? ` --stage ${target.stage}` : '';
  const said = `${yellow('not trained')}: ${reason}`;
  if (cause === 'trained') {
    // a table in the pipeline's folder is named by that folder
    const folder = drop === `${pipeline}/` ? drop : drop.slice(pipeline.length + 1, -1);
    return `${said}\nTo train all the same: npx tidegate retrain ${pipeline} --drop ${quoted(folder)} --force${stage}`;
  }
  return cause === 'training' ? `${said}\nFollow it with: npx tidegate run ${runId}${stage}` : said;
}

/** Where the report of a drop is that cannot be used. */
const dataReportOf = (ended: Ended, run: RunRecord | undefined): string[] =>
  run && (run.failure?.error ?? ended.error) === 'DataQualityError'
    ? [`    The report of its data: npx tidegate report ${run.runId}`]
    : [];

/**
 * How a run ended: the verdict and the model's status, or the failure.
 *
 * @param run its record; undefined for an execution without training
 */
export function describeRunEnd(ended: Ended, run?: RunRecord, verdict?: Verdict, skipped?: string): string {
  const lines = verdict ? [describeVerdict(verdict)] : [];
  if (ended.status !== 'SUCCEEDED')
    return [...lines, `run ${describeEnd(ended)}`, ...dataReportOf(ended, run)].join('\n');
  if (!run) return skipped ?? yellow('not trained');
  const version = run.modelPackageVersion === undefined ? '' : ` as v${run.modelPackageVersion}`;
  const said = run.status === 'rejected' ? yellow('rejected by its gates') : `${green(run.status)}${version}`;
  return [...lines, `run ${run.runId} ${said}; its report: npx tidegate report ${run.runId}`].join('\n');
}

/** Prints what became of the rows of a run that was followed and how it ended, and ends the command accordingly. */
export async function reportRunEnd(target: Target, { ended, run, skipped }: Followed): Promise<void> {
  const verdict = run && (await readVerdict(target, run));
  const rows = run && (await readRows(target, run));
  const drops = run && (await readDrops(target, run));
  if (drops !== undefined) print(drops);
  if (run && rows) print(describeRows(target, run, rows));
  const training = run && (await readTraining(target, run));
  const start = training && describeStart(training);
  if (start !== undefined) print(start);
  const balance = run && training && (await readBalance(target, run, training));
  if (balance !== undefined) print(balance);
  for (const line of describeWarnings(run && (await readPersonalData(target, run)))) print(line);
  const costs = run && describeCosts(run);
  if (costs !== undefined) print(`${bold('costs')} ${costs}`);
  print(describeRunEnd(ended, run, verdict, skipped && describeSkip(skipped, target)));
  if (run?.status === 'registered' && readProjectPipeline(run.pipeline, target.stage).registry.approval === 'manual') {
    print(`It waits for a person: npx tidegate approve ${run.runId}`);
  }
  endWith(exitOfRun(ended, run));
}

/** The same as one JSON document, after what the command knows itself. */
export function printFollowed(known: object, { executionArn, ended, run }: Followed): void {
  printJson({ ...known, executionArn, ...(run ? { runId: run.runId, runStatus: run.status } : {}), ...ended });
  endWith(exitOfRun(ended, run));
}
