import type { Evidence } from '#domain/challenges/challenge-mode';
import type { Outcome } from '#schemas/records/outcome';

/** The request of some outcomes as the log had it, with those of its rows that have an outcome. */
function requestOf(outcomes: readonly Outcome[], pipeline: string): Evidence | undefined {
  const rows = outcomes.toSorted((a, b) => a.row - b.row);
  const [first] = rows;
  if (!first) return undefined;
  const { inferenceId, predictedAt, challenge, answers } = first;
  return {
    prediction: {
      inferenceId,
      at: predictedAt,
      pipeline,
      ...(challenge === undefined ? {} : { challenge }),
      rows: rows.map(({ row }) => ({ row })),
      answers: answers.map(({ runId, modelPackageVersion, role, returned, failed }, i) => ({
        runId,
        modelPackageVersion,
        endpointName: '',
        role,
        returned,
        scores: failed ? [] : rows.flatMap((own) => own.answers[i]?.scores ?? []),
        latencyMs: 0,
        ...(failed ? { error: 'failed' } : {}),
      })),
    },
    outcomes: new Map(rows.map(({ row, value }) => [row, value])),
  };
}

/**
 * Outcomes as evidence of a challenge: one for each of its requests, with all rows whose outcomes are known. Endpoints and latencies are
 * not kept with outcomes.
 */
export function outcomeEvidence(outcomes: readonly Outcome[], pipeline: string, challenge: string): Evidence[] {
  const own = outcomes.filter((outcome) => outcome.challenge === challenge);
  return [...Map.groupBy(own, ({ inferenceId }) => inferenceId).values()].flatMap(
    (rows) => requestOf(rows, pipeline) ?? [],
  );
}
