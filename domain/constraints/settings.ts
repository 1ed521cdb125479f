import * as z from 'zod';
import type { DataSettings } from '#domain/data/settings';
import type { Issue } from '#domain/issue';
import {
  type AnyConstraintKind,
  CONSTRAINTS,
  type Constraint,
  constraintKindOf,
  constraintSchemaOf,
} from './registry.ts';
import { constrainedData } from './subjects.ts';

/** `constraints`: what a drop must be like before anything is paid for a training. */
export const constraintsSchemaOf = (kinds: readonly AnyConstraintKind[] = CONSTRAINTS) =>
  z
    .array(constraintSchemaOf(kinds))
    .default([])
    .meta({
      description:
        'What a drop must be like. It is checked before anything is spent on training: a drop that does not meet one is refused. `npx tidegate constraints suggest` writes them from the last good drop.',
      examples: [
        [
          { check: 'missing', column: 'age', max: 0.05 },
          { check: 'rows', vsLast: { atLeast: 0.5, atMost: 2 } },
        ],
      ],
    });
export const constraintsSchema = constraintsSchemaOf();

/** The pipeline sections for constraints. */
export interface ConstrainedPipeline extends Pick<DataSettings, 'dataset' | 'evaluation'> {
  readonly constraints: readonly Constraint[];
}

/** Reports constraints that do not fit the rest of the pipeline. */
export function checkConstraintSettings(
  pipeline: ConstrainedPipeline,
  issue: Issue,
  kinds: readonly AnyConstraintKind[] = CONSTRAINTS,
): void {
  if (pipeline.constraints.length === 0) return;
  const data = constrainedData(pipeline);
  for (const [i, constraint] of pipeline.constraints.entries()) {
    for (const { setting, message } of constraintKindOf(constraint, kinds).problems(constraint, data)) {
      const path = setting.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      issue(['constraints', i, ...path], message);
    }
  }
}
