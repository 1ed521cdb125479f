import { EvaluationError } from '#domain/errors';
import type { Anonymity } from '#schemas/records/personal-data';
import type { GateContext } from './gate.ts';

/** The anonymity of a run's rows. @throws EvaluationError when it was not measured */
export function anonymityOf({ personalData }: GateContext, gate: string): Anonymity {
  if (personalData?.anonymity) return personalData.anonymity;
  throw new EvaluationError(
    `gate ${gate}: the run has no groups by quasi-identifiers; give a column the role quasi and train again`,
  );
}
