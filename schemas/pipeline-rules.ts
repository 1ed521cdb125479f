import type * as z from 'zod';
import { alarmKind } from '#domain/alarms/registry';
import type { Algorithms } from '#domain/algorithms/registry';
import { quasiColumns } from '#domain/anonymity/groups';
import { challengeMode } from '#domain/challenges/registry';
import { type ConstrainedPipeline, checkConstraintSettings } from '#domain/constraints/settings';
import type { ColumnSpec, PrivateSpec } from '#domain/data/column-spec';
import { checkEmbeddings } from '#domain/data/embeddings';
import { checkInteractions } from '#domain/data/interactions';
import { checkLabel } from '#domain/data/label-rules';
import { checkNames } from '#domain/data/name-rules';
import type { DatasetSettings } from '#domain/data/settings';
import { checkSlices } from '#domain/data/slice-rules';
import type { SplitSettings } from '#domain/data/split-settings';
import { checkValues } from '#domain/data/value-settings';
import type { DeploymentSettings } from '#domain/deployment/settings';
import type { PersonalDataSettings } from '#domain/detectors/settings';
import { estimableMetrics } from '#domain/drift/performance/decision';
import type { DriftSettings } from '#domain/drift/settings';
import { onCaptureProblem, referenceProblem } from '#domain/drift/windows/settings';
import type { EvaluationSettings } from '#domain/evaluation/settings';
import { metricOfGate } from '#domain/gates/registry';
import type { Imbalance } from '#domain/imbalance/settings';
import type { Issue } from '#domain/issue';
import type { LeakageSettings } from '#domain/leakage/settings';
import { metricsOf } from '#domain/metrics/registry';
import { PRIVATE_ROLES } from '#domain/privacy/privacy-action';
import { privacyAction } from '#domain/privacy/registry';
import { checkRetention, type ReadingPipeline } from '#domain/retention/lengths';
import { splitStrategy } from '#domain/splits/registry';
import { isChosen } from '#domain/thresholds/registry';
import { checkMonotone } from '#domain/training/monotone';
import { checkTraining } from '#domain/training/rules';
import type { TrainingSettings } from '#domain/training/settings';

/** A pipeline whose fields are right each by itself. */
interface UncheckedPipeline extends ConstrainedPipeline {
  readonly retention: ReadingPipeline['retention'];
  readonly dataset: DatasetSettings;
  readonly evaluation: EvaluationSettings;
  readonly split: SplitSettings;
  readonly leakage?: LeakageSettings | undefined;
  readonly personalData: Pick<PersonalDataSettings, 'allow'>;
  readonly training: TrainingSettings;
  readonly imbalance: Imbalance;
  readonly deployment: Pick<DeploymentSettings, 'serverless' | 'asynchronous' | 'alarms' | 'challenge'>;
  readonly drift?: Pick<DriftSettings, 'source' | 'performance' | 'window' | 'reference'> | undefined;
}

const isPrivate = (spec: ColumnSpec): spec is PrivateSpec => (PRIVATE_ROLES as readonly string[]).includes(spec.role);

/** Whether an action lacks settings: that is an issue of the column itself, and what the action leaves is not known. */
const isUnsettled = (spec: ColumnSpec): boolean => isPrivate(spec) && privacyAction(spec).problem?.(spec) !== undefined;

/** The groups and the times that a split needs. */
function checkSplit({ dataset, split }: UncheckedPipeline, issue: Issue): void {
  const { groupBy, strategy, gap } = split;
  if (typeof groupBy === 'object' && !dataset.columns[groupBy.column])
    issue(['split', 'groupBy', 'column'], `"${groupBy.column}" is not listed under dataset.columns`);
  if (groupBy === 'id' && dataset.id === undefined) issue(['split', 'groupBy'], 'groupBy: id needs dataset.id');
  const { needsTime } = splitStrategy(strategy);
  if (needsTime && dataset.time === undefined)
    issue(['split', 'strategy'], `${strategy} needs dataset.time, the column with the time of a row`);
  if (needsTime && groupBy !== undefined)
    issue(['split', 'groupBy'], `${strategy} divides rows by their times alone; leave groupBy out`);
  if (!needsTime && gap !== undefined) issue(['split', 'gap'], 'only the strategy time has a gap');
}

/** A challenge compares models of some tasks only. */
function checkChallenge({ deployment: { challenge }, evaluation: { task } }: UncheckedPipeline, issue: Issue): void {
  if (!challenge) return;
  const { tasks } = challengeMode(challenge.mode);
  if (!tasks.includes(task))
    issue(['deployment', 'challenge', 'mode'], `${challenge.mode} compares models for ${tasks.join(' and ')}`);
}

/** Rules that span several fields. */
export function checkPipeline(pipeline: UncheckedPipeline, ctx: z.RefinementCtx, algorithms?: Algorithms): void {
  const { dataset, evaluation } = pipeline;
  const issue = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
  const { label, columns, id } = dataset;
  if (Object.values(columns).some(isUnsettled)) return;
  if (Object.hasOwn(columns, label.column))
    issue(['dataset', 'columns', label.column], 'the label column must not be listed under columns');
  if (id !== undefined && Object.hasOwn(columns, id))
    issue(['dataset', 'columns', id], 'the id column must not be listed under columns: it is always tokenized');
  checkLabel(label, evaluation.task, issue);
  checkValues(dataset, issue);
  for (const [i, name] of pipeline.personalData.allow.entries()) {
    if (!Object.hasOwn(columns, name) && name !== label.column && name !== dataset.time)
      issue(
        ['personalData', 'allow', i],
        `"${name}" is neither listed under dataset.columns nor the label nor the time`,
      );
  }
  for (const [i, name] of (pipeline.leakage?.allow ?? []).entries()) {
    if (!Object.hasOwn(columns, name)) issue(['leakage', 'allow', i], `"${name}" is not listed under dataset.columns`);
  }
  checkNames(dataset, issue);
  checkInteractions(pipeline, issue);
  checkEmbeddings(pipeline, issue);
  checkMonotone(pipeline, issue);
  checkTraining(pipeline, issue, algorithms);
  checkConstraintSettings(pipeline, issue);
  const hasFeature = Object.values(columns).some(
    (c) => c.role === 'feature' || ('feature' in c && c.feature !== undefined),
  );
  if (!hasFeature) issue(['dataset', 'columns'], 'no column is a feature: a model needs at least one input');
  const allowed = metricsOf(evaluation.task).map(({ name }) => name);
  evaluation.gates.forEach((gate, i) => {
    const metric = metricOfGate(gate);
    if (metric === undefined || allowed.includes(metric)) return;
    issue(
      ['evaluation', 'gates', i, 'metric'],
      `"${metric}" is not a ${evaluation.task} metric; allowed: ${allowed.join(', ')}`,
    );
  });
  const judged = pipeline.drift?.performance?.metric;
  const estimable = estimableMetrics(allowed, evaluation.task);
  if (judged !== undefined && !estimable.includes(judged))
    issue(
      ['drift', 'performance', 'metric'],
      `"${judged}" of a ${evaluation.task} model cannot be estimated without labels; allowed: ${estimable.join(', ')}`,
    );
  for (const [name, spec] of Object.entries(columns)) {
    if (!isPrivate(spec) || privacyAction(spec).clean(spec)?.needsSubject !== true) continue;
    const { subject } = spec as { readonly subject?: string };
    const path = ['dataset', 'columns', name, 'subject'];
    if (subject === undefined && id === undefined)
      issue(path, `missing: ${spec.action} must know whose a value is; name a column here, or set dataset.id`);
    else if (subject !== undefined && subject !== id && !columns[subject])
      issue(path, `"${subject}" is neither dataset.id nor listed under dataset.columns`);
  }
  const hasQuasi = quasiColumns(pipeline).length > 0;
  evaluation.gates.forEach((gate, i) => {
    const overQuasi = ['kAnonymity', 'lDiversity'].find((kind) => kind in gate);
    if (overQuasi === undefined) return;
    const path = ['evaluation', 'gates', i, overQuasi];
    if (!hasQuasi)
      issue(
        path,
        'there is nothing to group by: give a column the role quasi, and an action other than noise and dateShift',
      );
    if (overQuasi === 'lDiversity' && evaluation.task === 'regression')
      issue(path, 'a label that is a number has no classes to count');
  });
  checkSlices(pipeline, issue);
  if (evaluation.task !== 'binary' && evaluation.calibration !== 'none')
    issue(
      ['evaluation', 'calibration'],
      `only the scores of a binary model are calibrated, and the task is ${evaluation.task}`,
    );
  if (evaluation.task !== 'binary' && isChosen(evaluation.threshold))
    issue(['evaluation', 'threshold'], `only a binary model has a threshold, and the task is ${evaluation.task}`);
  checkSplit(pipeline, issue);
  checkChallenge(pipeline, issue);
  for (const name of Object.keys(pipeline.deployment.alarms ?? {})) {
    const { tasks } = alarmKind(name);
    if (tasks?.includes(evaluation.task) === false)
      issue(['deployment', 'alarms', name], `it compares one number of each prediction: for ${tasks.join(' and ')}`);
  }
  const reference = pipeline.drift && referenceProblem(pipeline.drift);
  if (reference !== undefined) issue(['drift', 'reference'], reference);
  const arrivals = pipeline.drift && onCaptureProblem(pipeline.drift);
  if (arrivals !== undefined) issue(['drift', 'onCapture'], arrivals);
  checkRetention(pipeline, issue);
  const { serverless, asynchronous } = pipeline.deployment;
  const uncaptured = serverless ? 'a serverless endpoint' : asynchronous && 'an asynchronous endpoint';
  if (uncaptured && pipeline.drift?.source === 'captures')
    issue(
      ['drift', 'source'],
      `${uncaptured} captures no requests; set newest-drop or newest-batch, or leave drift out`,
    );
}
