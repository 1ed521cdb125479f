import { dropName } from '#domain/runs/drop-name';
import type { RunCosts } from '#schemas/records/costs';
import type { RunReport } from '#schemas/records/run-report';
import { type RunRecords, summarizeData } from './assemble.ts';

/** What only the state table knows of a run. */
export interface RunState {
  readonly status: string;
  /** ISO 8601; undefined while the run is under way. */
  readonly endedAt?: string | undefined;
  readonly model?: { readonly version: number; readonly package: string } | undefined;
  readonly costs?: RunCosts | undefined;
}

/** The records that a report for programs is made of. */
export type ReportedRecords = Omit<RunRecords, 'training' | 'champion' | 'modelPackage' | 'pipeline'> & {
  readonly pipeline: RunRecords['pipeline'] & { readonly training: { readonly algorithm: string } };
  readonly training: RunReport['training'];
};

/** A run's report for programs: the same facts as the page, as one JSON document. */
export function reportDocument(records: ReportedRecords, state: RunState): RunReport {
  const { pipeline, drop, profile, sides, training, evaluation, verdict } = records;
  const { rows, deduplicated, label, classes, sides: summaries, columns } = summarizeData(records);
  return {
    version: 1,
    pipeline: pipeline.name,
    description: pipeline.description ?? null,
    runId: records.runId,
    status: state.status,
    reason: drop.reason,
    startedAt: drop.startedAt,
    endedAt: state.endedAt ?? null,
    model: state.model ?? null,
    algorithm: pipeline.training.algorithm,
    training,
    data: {
      rows,
      malformed: profile.malformed.rows,
      deduplicated,
      label,
      classes: [...classes],
      split: sides?.rule.strategy ?? null,
      sides: summaries.map((side) => ({ ...side, classes: [...side.classes] })),
      columns: columns.map((column) => ({ ...column })),
    },
    evaluation,
    verdict,
    constraints: profile.constraints ?? [],
    explanation: records.explanation ?? null,
    personalData: records.personalData ?? null,
    drift: records.dropDrift ?? null,
    costs: state.costs ?? null,
    lineage: {
      datasetVersion: drop.datasetVersion,
      drop: dropName(pipeline.name, drop.prefix),
      objects: drop.objects.length,
      gitCommit: drop.gitCommit,
      configHash: drop.configHash,
      execution: drop.executionArn,
    },
  };
}
