import { findMetric } from '#domain/metrics/registry';
import type { RunComparison } from '#schemas/records/run-comparison';
import type { RunReport } from '#schemas/records/run-report';

/** What the comparison of the rows found. */
export type ComparedRows = RunComparison['differences'];

/** Members whose values are not the same in all runs, by name, in the order in which they are first named. */
function differing(
  reports: readonly RunReport[],
  members: (report: RunReport) => Readonly<Record<string, string>>,
): RunComparison['hyperparameters'] {
  const all = reports.map(members);
  const names = [...new Set(all.flatMap((own) => Object.keys(own)))];
  return names
    .map((name) => ({ name, values: all.map((own) => own[name] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/** Whole seconds from start to end; null while a run is under way. */
const secondsOf = ({ startedAt, endedAt }: RunReport): number | null =>
  endedAt === null ? null : Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);

/** Compares judged runs: the first is the one that the others are compared with. */
export function compareRuns(reports: readonly RunReport[], differences: ComparedRows): RunComparison {
  const metrics = [...new Set(reports.flatMap(({ evaluation }) => Object.keys(evaluation.metrics)))];
  return {
    version: 1,
    runs: reports.map((report) => ({
      runId: report.runId,
      pipeline: report.pipeline,
      status: report.status,
      passed: report.verdict.passed,
      modelVersion: report.model?.version ?? null,
      task: report.evaluation.task,
      algorithm: report.algorithm,
      startedAt: report.startedAt,
      seconds: secondsOf(report),
      usd: report.costs?.actual?.usd ?? null,
      datasetVersion: report.lineage.datasetVersion,
      gitCommit: report.lineage.gitCommit,
      configHash: report.lineage.configHash,
      rows: Object.fromEntries(report.data.sides.map(({ side, rows }) => [side, rows])) as Record<
        'train' | 'validation' | 'test',
        number
      >,
    })),
    metrics: metrics.map((name) => ({
      metric: name,
      higherIsBetter: findMetric(name)?.higherIsBetter ?? null,
      estimates: reports.map(({ evaluation }) => evaluation.metrics[name] ?? null),
    })),
    differences,
    hyperparameters: differing(reports, ({ training }) => training.hyperparameters),
    columns: differing(reports, ({ data }) =>
      Object.fromEntries(data.columns.map(({ column, role, treatment }) => [column, `${role}: ${treatment}`])),
    ),
  };
}
