import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sliceColumns } from '#domain/data/columns';
import { labelClasses } from '#domain/data/label';
import { jointRows } from '#domain/drift/joint/rows';
import { judgedMetric } from '#domain/drift/performance/decision';
import { noEstimate } from '#domain/drift/performance/estimate';
import { decideHistory } from '#domain/drift/replay/decisions';
import { type HistoricWindow, type JudgedWindow, judgeHistory } from '#domain/drift/replay/judge';
import { realisedMetric } from '#domain/drift/replay/realised';
import { cutWindows } from '#domain/drift/replay/windows';
import { artifactKeys } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import { besideTraining } from '#functions/shards/drop-drift';
import { openEngine } from '#functions/shards/duckdb';
import { withScratch } from '#functions/shards/scratch';
import { textFunctionsOf } from '#functions/shards/text-functions';
import { estimateWindow } from '#functions/shards/window-performance';
import { performanceReferenceSchema } from '#schemas/records/performance-estimate';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';
import type { LocalModel, Unscored } from './local-model.ts';
import {
  type Answered,
  answerRows,
  type Counted,
  countColumns,
  readLabels,
  type WindowRelation,
} from './measure-window.ts';
import { shownName } from './shown-name.ts';
import { type StagedHistory, stageHistory, usableRows } from './stage-history.ts';
import type { Subject } from './subject.ts';

export interface BacktestOptions {
  readonly files: readonly string[];
  /** Length of the windows, as `7d`; without it each file is one. */
  readonly window?: string | undefined;
  /** Starts the model in an empty folder. */
  readonly serve: (directory: string) => Promise<LocalModel | Unscored>;
}

/** What replaying history came to. */
export interface Backtest {
  /** The metric that estimates are of. */
  readonly metric: string;
  readonly windows: readonly JudgedWindow[];
  readonly files: readonly Omit<StagedHistory, 'path'>[];
  /** Rows without a time, which are in no window. */
  readonly timeless: number;
  /** Why there are no scores, and so neither estimated nor realised performance. */
  readonly unscored?: string;
  /** Why the labels show nothing of the performance although there are scores and labels. */
  readonly unrealised?: string;
}

interface Slice extends WindowRelation, Pick<HistoricWindow, 'name' | 'from' | 'to'> {}

/** The key of tokens while the command runs. Nothing that is compared depends on it: of tokens, only the lengths are counted. */
const throwawayKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));

const memoryMb = 2048;

/** Whether every one of some rows has a label. A window without rows has none. */
async function isLabelled({ engine, rows }: Pick<WindowRelation, 'engine' | 'rows'>): Promise<boolean> {
  const [found] = await engine.query(
    'count the labels',
    `SELECT count(*) AS rows, count(_label) AS labels FROM ${rows}`,
  );
  return Number(found?.['rows']) > 0 && found?.['rows'] === found?.['labels'];
}

/** The rows of the files, cut by time into windows of one length. */
async function slicesOfTime(engine: WindowRelation['engine'], staged: readonly StagedHistory[], length: string) {
  const all = usableRows(staged);
  const [range] = await engine.query(
    'find the times of the rows',
    `SELECT min(_time) AS first, max(_time) AS last, count(*) - count(_time) AS timeless FROM ${all}`,
  );
  const [first, last] = [range?.['first'], range?.['last']];
  if (typeof first !== 'string' || typeof last !== 'string')
    return { slices: [], timeless: Number(range?.['timeless']) };
  const slices = cutWindows({ first, last }, length).map(({ from, to }) => {
    const at = (time: string) => `CAST(${text(time.slice(0, -1))} AS TIMESTAMP)`;
    const rows = `(SELECT * FROM ${all} WHERE _time >= ${at(from)} AND _time < ${at(to)})`;
    return { name: from.endsWith('T00:00:00.000Z') ? from.slice(0, 10) : `${from.slice(0, 16)}Z`, from, to, rows };
  });
  return { slices, timeless: Number(range?.['timeless']) };
}

/** Why a run of an earlier version has no rows to compare with. */
const notKept = 'the model was trained before Tidegate kept rows to compare with';

/** What a check of a drop compares where the run kept no clean columns: a drop has no scores. */
function withoutScore({ baseline: { score: _, ...baseline }, window: { score: __, ...window } }: Counted): Counted {
  return { baseline, window };
}

/** What a check of a drop measures. */
async function measureAsDrop(
  { artifacts, run, pipeline, fitted, baseline: { clean } }: Subject,
  slice: Slice,
  answered: Counted,
): Promise<Pick<HistoricWindow, 'baseline' | 'window' | 'together'>> {
  if (!clean) return { ...withoutScore(answered), together: notKept };
  const { sample, ...counted } = await countColumns(slice, pipeline, clean, fitted);
  return { ...counted, together: await besideTraining(artifacts, run, clean, fitted, sample) };
}

/** The rows of a window beside those of the holdout, as a check of requests compares them. */
async function besideHoldout(
  { artifacts, run, kept }: Subject,
  { inputs }: Pick<Answered, 'inputs'>,
): Promise<HistoricWindow['together']> {
  if (!kept) return notKept;
  return jointRows(await artifacts.readJson(artifactKeys(run).performance, performanceReferenceSchema), inputs);
}

/** Counts one window in the run's bins as a check would, and measures what its labels show. */
async function measureSlice(
  subject: Subject,
  slice: Slice,
  model: LocalModel | Unscored,
  folder: string,
): Promise<HistoricWindow> {
  const { run, artifacts, drift, evaluation, fitted, format, baseline, kept } = subject;
  const asked = 'unscored' in model ? undefined : model;
  const answered = await answerRows(slice, { fitted, format, model: asked }, baseline, folder);
  const isDrop = drift.source !== 'captures';
  const measured = isDrop
    ? await measureAsDrop(subject, slice, answered)
    : { baseline: answered.baseline, window: answered.window, together: await besideHoldout(subject, answered) };
  const sample = isDrop || !answered.sample ? undefined : { rows: answered.window.rows, sample: answered.sample };
  return {
    name: slice.name,
    from: slice.from,
    to: slice.to,
    ...measured,
    performance:
      'unscored' in model && !isDrop
        ? noEstimate(`no estimate: ${model.unscored}`)
        : await estimateWindow(artifacts, run, { drift, evaluation, kept }, sample),
    realised:
      answered.scores && slice.labelled && whyUnrealised(subject) === undefined
        ? realisedMetric(
            {
              task: fitted.task,
              classes: fitted.label.classes.length,
              threshold: subject.threshold,
              labels: await readLabels(slice),
              scores: answered.scores,
            },
            judgedMetric(evaluation, drift.performance?.metric),
            evaluation.bootstrap,
          )
        : undefined,
  };
}

/** Why labels of the files cannot be compared with the model's answers. */
function whyUnrealised({ pipeline, fitted }: Subject): string | undefined {
  const classes = labelClasses(pipeline);
  const isSame = pipeline.evaluation.task === fitted.task && classes.join('\n') === fitted.label.classes.join('\n');
  return isSame ? undefined : 'the pipeline on disk has other classes than the model';
}

/**
 * Replays history: desensitizes files on this machine, cuts their rows into windows, and compares each with a run's baseline by the functions
 * of a drift check. It writes nothing to the cloud, and asks no endpoint.
 *
 * @throws CliError for windows by time of a pipeline without `dataset.time`
 */
export async function backtest(subject: Subject, { files, window, serve }: BacktestOptions): Promise<Backtest> {
  const { pipeline, drift, evaluation } = subject;
  if (window !== undefined && pipeline.dataset.time === undefined) {
    throw new CliError(
      `Pipeline ${pipeline.name} has no dataset.time, so rows have no place in a window of ${window}. Leave --window out: each file is a window then.`,
      exitCodes.usage,
    );
  }
  return withScratch(async (directory) => {
    const engine = await openEngine({
      memoryMb,
      temporaryDirectory: join(directory, 'spill'),
      tokenKeys: { current: throwawayKey() },
      textFunctions: textFunctionsOf(pipeline),
    });
    let model: LocalModel | Unscored | undefined;
    try {
      const staged = await stageHistory({ engine, pipeline, directory }, files);
      const cut =
        window === undefined
          ? {
              slices: staged.map((own) => ({ name: shownName(own.file, files), rows: usableRows([own]) })),
              timeless: 0,
            }
          : await slicesOfTime(engine, staged, window);
      const place = join(directory, 'model');
      await mkdir(place);
      model = await serve(place);
      const windows: JudgedWindow[] = [];
      for (const [i, slice] of cut.slices.entries()) {
        const folder = join(directory, `window-${i}`);
        await mkdir(folder);
        const labelled = await isLabelled({ engine, rows: slice.rows });
        const measured = await measureSlice(subject, { engine, labelled, ...slice }, model, folder);
        windows.push(judgeHistory(measured, drift));
      }
      const why = whyUnrealised(subject);
      return {
        metric: judgedMetric(evaluation, drift.performance?.metric),
        windows: decideHistory(windows, drift, sliceColumns(pipeline)),
        files: staged.map(({ path: _, ...own }) => own),
        timeless: cut.timeless,
        ...('unscored' in model ? { unscored: model.unscored } : {}),
        ...(why === undefined ? {} : { unrealised: why }),
      };
    } finally {
      if (model && 'stop' in model) await model.stop();
      engine.close();
    }
  });
}
