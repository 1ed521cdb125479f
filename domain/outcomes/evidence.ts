import type { Evidence } from '#domain/challenges/challenge-mode';
import type { Outcome } from '#schemas/records/outcome';
import type { LoggedAnswer } from '#schemas/records/prediction';

/** One request again, of those of its rows whose outcomes are known. */
function requestOf(pipeline: string, rows: readonly Outcome[]): Evidence {
  const [first] = rows as readonly [Outcome, ...Outcome[]];
  const answers = first.answers.map(
    ({ runId, modelPackageVersion, role, returned, failed }, i): LoggedAnswer => ({
      runId,
      modelPackageVersion,
      endpointName: '',
      role,
      returned,
      scores: rows.flatMap((row) => row.answers[i]?.scores ?? []),
      latencyMs: 0,
      ...(failed ? { error: 'failed' } : {}),
    }),
  );
  const { inferenceId, predictedAt: at, challenge } = first;
  return {
    prediction: {
      inferenceId,
      at,
      pipeline,
      ...(challenge === undefined ? {} : { challenge }),
      rows: rows.map(({ row }) => ({ row })),
      answers,
    },
    outcomes: new Map(rows.map(({ row, value }) => [row, value])),
  };
}

/**
 * What the outcomes of a challenge say, one piece of evidence for each request.
 *
 * @param outcomes one for each row, as `latestOutcomes` gives them
 */
export function evidenceOf(pipeline: string, challenge: string, outcomes: readonly Outcome[]): Evidence[] {
  const own = outcomes.filter((outcome) => outcome.challenge === challenge);
  const byRequest = Map.groupBy(own, ({ inferenceId }) => inferenceId);
  return [...byRequest.values()].map((rows) =>
    requestOf(
      pipeline,
      rows.toSorted((a, b) => a.row - b.row),
    ),
  );
}
