import type { SuggestionInput } from './constraint.ts';
import { type AnyConstraintKind, CONSTRAINTS } from './registry.ts';

/** A constraint as a pipeline's file has it, and where its bounds come from. */
export interface SuggestedConstraint {
  readonly constraint: Readonly<Record<string, unknown>> & { readonly check: string };
  readonly because: string;
}

/** Constraints that the drop of these facts meets, with some slack for the next one. Settings with their default are left out. */
export const suggestConstraints = (
  input: SuggestionInput,
  kinds: readonly AnyConstraintKind[] = CONSTRAINTS,
): SuggestedConstraint[] =>
  kinds.flatMap(({ name, suggest }) =>
    suggest(input).map(({ settings, because }) => {
      const { tolerate, ...own } = settings as Readonly<Record<string, unknown>>;
      return { constraint: { check: name, ...own, ...(tolerate ? { tolerate } : {}) }, because };
    }),
  );
