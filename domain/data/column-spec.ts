import type { FeatureType } from '#domain/data/clean-kind';
import type { PrivateRole } from '#domain/privacy/privacy-action';
import type { PrivacyActionName } from '#domain/privacy/registry';

/** How a column becomes model inputs: its type and, with them, the settings of its encoding, which only the encoding reads. */
export interface FeatureSpec {
  readonly type: FeatureType;
  /** The encoding by name; the first of the type when absent. */
  readonly encode?: string | undefined;
  readonly [setting: string]: unknown;
}

/** A personal column and, beside what stands here, the settings of its action, which only the action reads. */
export interface PrivateSpec<Action extends string = PrivacyActionName> {
  readonly role: PrivateRole;
  readonly action: Action;
  /** For `quasi`: how what is left becomes a model input. */
  readonly feature?: FeatureSpec | undefined;
  readonly [setting: string]: unknown;
}

/** What one column of the drop is, and what becomes of it. */
export type ColumnSpec<Action extends string = PrivacyActionName> =
  | (FeatureSpec & { readonly role: 'feature' })
  | PrivateSpec<Action>
  | { readonly role: 'slice' }
  | { readonly role: 'ignore' };
