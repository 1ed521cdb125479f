import type { PrivateRole } from '#domain/privacy/privacy-action';
import type { FeatureType } from '#schemas/records/profile';

/** How a column becomes model inputs: its type and, with them, the settings of its encoding, which only the encoding reads. */
export interface FeatureSpec {
  readonly type: FeatureType;
  /** The encoding by name; the first of the type when absent. */
  readonly encode?: string | undefined;
  readonly [setting: string]: unknown;
}

/** A personal column and, beside what stands here, the settings of its action, which only the action reads. */
export interface PrivateSpec {
  readonly role: PrivateRole;
  /** An action of `domain/privacy/registry`, by name. */
  readonly action: string;
  /** For `quasi`: how what is left becomes a model input. */
  readonly feature?: FeatureSpec | undefined;
  readonly [setting: string]: unknown;
}

/** What one column of the drop is, and what becomes of it. */
export type ColumnSpec =
  | (FeatureSpec & { readonly role: 'feature' })
  | PrivateSpec
  | { readonly role: 'slice' }
  | { readonly role: 'ignore' };
