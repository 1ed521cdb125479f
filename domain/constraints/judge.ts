import { bulletList } from '#domain/data/shown';
import { upperFirst } from '#domain/text/upper-first';
import type { ConstraintResult } from '#schemas/records/constraints';
import type { Measurements } from './constraint.ts';
import { type AnyConstraintKind, CONSTRAINTS, type Constraint, constraintKindOf } from './registry.ts';

/** What the constraints of a run are judged by. */
export interface JudgedDrop extends Omit<Measurements, 'broken'> {
  readonly constraints: readonly Constraint[];
  /** Rows that break each constraint, in the order of the constraints. */
  readonly broken: readonly number[];
}

/** Judges every constraint of a pipeline. */
export function judgeConstraints(
  { constraints, broken, ...measured }: JudgedDrop,
  kinds: readonly AnyConstraintKind[] = CONSTRAINTS,
): ConstraintResult[] {
  return constraints.map((constraint, i) => {
    const kind = constraintKindOf(constraint, kinds);
    const judged = kind.judge(constraint, { ...measured, broken: broken[i] ?? 0 });
    const { passed, finding, fix } = judged;
    return {
      constraint: kind.title(constraint, measured),
      check: kind.name,
      ...(typeof constraint['column'] === 'string' ? { column: constraint['column'] } : {}),
      onFailure: constraint.onFailure,
      passed,
      measured: judged.measured,
      required: judged.required,
      reason: `${upperFirst(finding)}; required: ${judged.required}.${passed ? '' : ` ${fix}`}`,
    };
  });
}

/** The constraints that are not met. */
export const unmet = (
  results: readonly ConstraintResult[],
  onFailure: ConstraintResult['onFailure'],
): ConstraintResult[] => results.filter((result) => !result.passed && result.onFailure === onFailure);

/** Why a drop is refused: a line for every constraint that it does not meet and that refuses. Undefined when there is none. */
export function refusalText(results: readonly ConstraintResult[], pipeline: string): string | undefined {
  const refusing = unmet(results, 'refuse');
  if (refusing.length === 0) return undefined;
  const many = `${refusing.length} of ${results.length} constraints ${refusing.length === 1 ? 'is' : 'are'}`;
  const head = results.length === 1 ? 'the constraint is' : many;
  const lines = refusing.map(({ constraint, reason }) => `${constraint}: ${reason}`);
  return [
    `The drop is refused: ${head} not met.`,
    ...bulletList(lines, 20),
    `Constraints are set in pipelines/${pipeline}.yml.`,
  ].join('\n');
}
