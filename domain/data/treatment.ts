import type { ColumnSpec } from '#domain/data/column-spec';
import { sourcesOf } from '#domain/encodings/encoding';
import type { PrivacyAction } from '#domain/privacy/privacy-action';
import { PRIVACY_ACTIONS, privacyAction } from '#domain/privacy/registry';
import { unreachable } from '#domain/unreachable';
import type { FittedTransform } from '#schemas/records/fitted-transform';

type Fit = Pick<FittedTransform, 'features' | 'dropped'>;

/** The model inputs of a column as text; undefined when it has none. */
function useOf(column: string, { features, dropped }: Fit): string | undefined {
  const without = dropped.find((own) => own.column === column);
  if (without) return `not used: ${without.reason}`;
  const inputs = features.filter((feature) => sourcesOf(feature).includes(column)).length;
  return inputs === 0 ? undefined : inputs === 1 ? 'one model input' : `${inputs} model inputs`;
}

/** How a column was processed, as text for the report. */
export function describeTreatment(
  column: string,
  spec: ColumnSpec,
  fitted: Fit,
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
): string {
  const used = useOf(column, fitted);
  const withUse = (words: string): string => (used === undefined ? words : `${words}, ${used}`);
  switch (spec.role) {
    case 'pii':
    case 'quasi':
    case 'text':
      return withUse(privacyAction(spec, actions).label);
    case 'ignore':
      return 'not read';
    case 'slice':
      return 'kept for evaluation by group';
    case 'feature':
      return withUse(spec.type);
    default:
      return unreachable(spec, 'role of a column');
  }
}

/** The interactions among the model inputs, as texts: the two columns, and how many inputs they make. */
export function describeInteractions({ features }: Pick<Fit, 'features'>): string[] {
  const pairs = Map.groupBy(
    features.filter(({ other }) => other !== undefined),
    ({ source, other }) => `${source} and ${other}`,
  );
  return [...pairs].map(([pair, { length }]) => `${pair}, ${length === 1 ? 'one input' : `${length} inputs`}`);
}
