import type { Contenders, Evidence, ModelFacts } from '#domain/challenges/challenge-mode';
import type { LoggedAnswer } from '#schemas/records/prediction';

export const binary: ModelFacts = { task: 'binary', threshold: 0.5, classes: ['no', 'yes'] };
export const regression: ModelFacts = { task: 'regression', threshold: 0.5, classes: [] };
export const multiclass: ModelFacts = { task: 'multiclass', threshold: 0.5, classes: ['a', 'b', 'c'] };
export const both = (facts: ModelFacts): Contenders => ({ champion: facts, challenger: facts });

const answer = (role: LoggedAnswer['role'], given: Partial<LoggedAnswer>): LoggedAnswer => ({
  runId: `20260101-000000-000${role === 'champion' ? 1 : 2}`,
  modelPackageVersion: role === 'champion' ? 1 : 2,
  endpointName: role,
  role,
  returned: role === 'champion',
  scores: [],
  latencyMs: 10,
  ...given,
});

/** A logged request of some rows. */
export const request = (
  rows: number,
  champion: Partial<LoggedAnswer>,
  challenger: Partial<LoggedAnswer>,
): Evidence => ({
  prediction: {
    inferenceId: '01890a5d-ac96-774b-bcce-b302099a8057',
    at: '2026-01-01T00:00:00.000Z',
    pipeline: 'loans',
    challenge: 'c1',
    rows: Array.from({ length: rows }, (_, row) => ({ row })),
    answers: [answer('champion', champion), answer('challenger', challenger)],
  },
});
