import { deploymentKeys } from '#domain/deployment/target';
import { isBad } from '#domain/drift/decision/severity';
import { type DayWindow, daysOf, labelWindows } from '#domain/drift/labels/windows';
import { latestOutcomes } from '#domain/outcomes/join';
import { judgeWindow, type LabelledRun, metricOfRun, verdictsOf } from '#domain/outcomes/label-windows';
import { thinOut } from '#domain/outcomes/labelled-rows';
import { outcomeItems, outcomeKeys } from '#domain/outcomes/layout';
import { artifactKeys } from '#domain/runs/layout';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { ifThere } from '#functions/runtime/if-there';
import { readZippedLines } from '#functions/shards/zipped-lines';
import type { Pipeline } from '#schemas/pipeline';
import { type DriftHistory, driftHistoryPrefix, driftHistorySchema } from '#schemas/records/drift-history';
import { goldenSchema } from '#schemas/records/golden';
import type { LabelVerdict, LabelWindow } from '#schemas/records/label-window';
import { type Outcome, outcomeSchema, type ReceivedFile } from '#schemas/records/outcome';
import { performanceReferenceSchema } from '#schemas/records/performance-estimate';
import { readConfigs, readFacts } from './outcome-models.ts';

/** The dependencies of judging models by labels. */
export interface JudgeLabelsPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
}

/** Rows of a window that are read at most, an equal part of each day. */
const MOST_ROWS = 50_000;
/** Windows that one file judges at most, the newest. */
const MOST_WINDOWS = 12;
/** Earlier checks that are read: those whose estimates may be compared with the truth. */
const MOST_CHECKS = 200;
/** Of a pipeline without a `drift` section. */
const usualWindow = '7d';

async function readOutcomes(
  { clean }: JudgeLabelsPorts,
  pipeline: string,
  window: DayWindow,
  directory: string,
): Promise<{ readonly rows: number; readonly files: number; readonly outcomes: readonly Outcome[] }> {
  const days = daysOf(window);
  const outcomes: Outcome[] = [];
  let [rows, files] = [0, 0];
  for (const day of days) {
    const keys = (await clean.list(outcomeKeys(pipeline).joinedOn(day))).map(({ key }) => key).toSorted();
    const all: Outcome[][] = [];
    for (const key of keys) all.push(await readZippedLines(clean, key, outcomeSchema, directory));
    const own = latestOutcomes(all);
    files += keys.length;
    rows += own.length;
    outcomes.push(...thinOut(own, Math.ceil(MOST_ROWS / days.length)));
  }
  return { rows, files, outcomes };
}

async function readRun(
  { artifacts }: JudgeLabelsPorts,
  run: { readonly pipeline: string; readonly runId: string },
  config: Pipeline,
  history: readonly DriftHistory[],
): Promise<LabelledRun> {
  const keys = artifactKeys(run);
  // whether the run kept its holdout: no record may be looked for that is missing
  const isKept = (await ifThere(artifacts.readJson(keys.golden, goldenSchema)))?.performance;
  return {
    facts: await readFacts({ artifacts }, run, config),
    drift: config.drift,
    evaluation: config.evaluation,
    reference: isKept === true ? await artifacts.readJson(keys.performance, performanceReferenceSchema) : undefined,
    checks: history.filter(({ runId }) => runId === run.runId),
  };
}

/** What judging came to. */
export interface JudgedFile {
  readonly verdicts: readonly LabelVerdict[];
  /** Whether the model in service has a warning that a drift check should decide about. */
  readonly check: boolean;
}

/**
 * Judges the models that answered in the windows of some days by all labels of these windows that are known. Each window becomes an item; what
 * rests on fewer files than the item of another execution is not kept.
 *
 * @param days of the predictions whose outcomes came
 */
export async function judgeLabels(
  ports: JudgeLabelsPorts,
  { pipeline, runId, receivedAt }: Pick<ReceivedFile, 'pipeline' | 'runId' | 'receivedAt'>,
  days: readonly string[],
  directory: string,
): Promise<JudgedFile> {
  const { store } = ports;
  const [own] = await readConfigs(ports, pipeline, [runId]);
  const length = own?.[1].drift?.window ?? usualWindow;
  const history = (await store.list(pipeline, driftHistoryPrefix, MOST_CHECKS)).flatMap(
    (item) => driftHistorySchema.safeParse(item).data ?? [],
  );
  const verdicts: LabelVerdict[] = [];
  for (const window of labelWindows(days, length).slice(-MOST_WINDOWS)) {
    const { rows, files, outcomes } = await readOutcomes(ports, pipeline, window, directory);
    if (files === 0) continue;
    const configs = await readConfigs(
      ports,
      pipeline,
      [...new Set(outcomes.flatMap(({ answers }) => answers.map((answer) => answer.runId)))].toSorted(),
    );
    const runs = new Map<string, LabelledRun>();
    for (const [id, config] of configs) runs.set(id, await readRun(ports, { pipeline, runId: id }, config, history));
    const models = judgeWindow(window, outcomes, runs);
    const item: LabelWindow = { pipeline, ...window, rows, files, measuredAt: receivedAt, models };
    await store.put(pipeline, outcomeItems.window(window.from), item, {
      expression: 'attribute_not_exists(pk) OR #f <= :f',
      names: { '#f': 'files' },
      values: { ':f': files },
    });
    verdicts.push(
      ...verdictsOf(item, (id) => {
        const run = runs.get(id);
        return run && metricOfRun(run);
      }),
    );
  }
  const champion = (await store.get(pipeline, deploymentKeys.champion))?.['runId'];
  const isServed = (verdict: LabelVerdict): boolean => verdict.runId === champion && isBad(verdict.severity);
  return { verdicts, check: own?.[1].drift !== undefined && verdicts.some(isServed) };
}
