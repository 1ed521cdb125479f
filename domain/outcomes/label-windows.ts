import type { ModelFacts } from '#domain/challenges/challenge-mode';
import { comparedBy } from '#domain/drift/labels/holdout';
import { judgeLabels } from '#domain/drift/labels/judge';
import { labelSettingsSchema } from '#domain/drift/labels/settings';
import type { DayWindow } from '#domain/drift/labels/windows';
import { judgedMetric } from '#domain/drift/performance/decision';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import { type DriftSettings, driftSchema } from '#domain/drift/settings';
import type { BootstrapOptions } from '#domain/evaluation/bootstrap';
import { counted } from '#domain/text/numbers';
import type { DriftHistory } from '#schemas/records/drift-history';
import type { LabelledModel, LabelVerdict, LabelWindow } from '#schemas/records/label-window';
import type { Outcome } from '#schemas/records/outcome';
import type { PerformanceReference } from '#schemas/records/performance-estimate';
import { answersOf, windowSample } from './labelled-rows.ts';
import { describeTruth, truthBeside } from './truth.ts';

/** What is known of a run whose model answered. */
export interface LabelledRun {
  readonly facts: ModelFacts;
  readonly drift: DriftSettings | undefined;
  readonly evaluation: { readonly gates: readonly object[]; readonly bootstrap: BootstrapOptions };
  /** Undefined where the run kept none. */
  readonly reference: PerformanceReference | undefined;
  /** Checks of the model, the newest first. */
  readonly checks: readonly DriftHistory[];
}

/** What a pipeline without a `drift` section is judged by. */
const usual = driftSchema.parse({ schedule: 'rate(1 day)' });

/** Resamples of a comparison at most: both sides are drawn for all metrics, and for each slice. */
const MOST_RESAMPLES = 500;

/** The metric that a run's model is judged by. */
export const metricOfRun = ({
  facts,
  drift,
  evaluation,
}: Pick<LabelledRun, 'facts' | 'drift' | 'evaluation'>): string =>
  judgedMetric({ task: facts.task, gates: evaluation.gates }, drift?.performance?.metric);

function judgeModel(
  run: LabelledRun,
  answers: ReturnType<typeof answersOf>,
): Pick<LabelledModel, 'severity' | 'judged' | 'reason' | 'findings'> {
  const { reference, evaluation, drift = usual } = run;
  const unjudged = (reason: string) => ({ severity: 'none' as const, judged: false, reason, findings: [] });
  if (answers.length < drift.minRows) {
    return unjudged(`${counted(answers.length, 'row')} with labels so far: drift.minRows is ${drift.minRows}`);
  }
  if (!reference || reference.rows === 0) {
    return unjudged('the run kept no rows of its holdout: it was deleted, or trained before Tidegate kept them');
  }
  const { maxDrop } = performanceSettingsSchema.parse(drift.performance ?? {});
  const { resamples, seed } = evaluation.bootstrap;
  const judged = judgeLabels({
    ...comparedBy(reference),
    window: windowSample(answers, reference),
    metric: metricOfRun(run),
    maxDrop,
    settings: drift.labels ?? labelSettingsSchema.parse({}),
    falseAlarmRate: drift.falseAlarmRate,
    bootstrap: { resamples: Math.min(resamples, MOST_RESAMPLES), seed },
  });
  return { ...judged, findings: [...judged.findings], judged: true };
}

/**
 * Judges the models that answered in a window by what came true: each check by labels, and the estimate of a drift check beside the truth.
 *
 * @param runs by their ids; a model whose run is not given is left out
 */
export function judgeWindow(
  window: DayWindow,
  outcomes: readonly Outcome[],
  runs: ReadonlyMap<string, LabelledRun>,
): LabelledModel[] {
  return [...runs].flatMap(([runId, run]): LabelledModel[] => {
    const { facts, evaluation, checks } = run;
    const answers = answersOf(outcomes, runId, facts);
    const [first] = answers;
    if (!first) return [];
    const model = { task: facts.task, classes: facts.classes.length, threshold: facts.threshold };
    const truth = truthBeside(checks, window, answers, model, evaluation.bootstrap);
    return [
      {
        runId,
        modelPackageVersion: first.answer.modelPackageVersion,
        rows: answers.length,
        ...judgeModel(run, answers),
        ...(truth ? { truth } : {}),
      },
    ];
  });
}

/** A window in a few words for each of its models. @param metricOf the judged metric of a run */
export const verdictsOf = (
  { from, to, models }: Pick<LabelWindow, 'from' | 'to' | 'models'>,
  metricOf: (runId: string) => string | undefined,
): LabelVerdict[] =>
  models.map(({ runId, modelPackageVersion, rows, severity, judged, reason, findings, truth }) => {
    const estimate = truth && describeTruth(truth, metricOf(runId));
    return {
      from,
      to,
      runId,
      modelPackageVersion,
      rows,
      severity,
      judged,
      reason,
      findings: findings.map(({ check, severity: own, reason: why }) => ({ check, severity: own, reason: why })),
      ...(estimate === undefined ? {} : { estimate }),
    };
  });
