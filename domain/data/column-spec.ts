import type { PrivateRole } from '#domain/privacy/privacy-action';
import type { NullValues } from '#domain/values/nulls';
import type { FeatureType } from '#schemas/records/profile';

/** How a column becomes model inputs: its type, and the settings of its encoding, which only the encoding reads. */
export interface FeatureSpec {
  readonly type: FeatureType;
  /** The name of the encoding; the type's first encoding when absent. */
  readonly encode?: string | undefined;
  readonly [setting: string]: unknown;
}

/** A personal column. It also has the settings of its action, which only the action reads. */
export interface PrivateSpec {
  readonly role: PrivateRole;
  /** An action of `domain/privacy/registry`, by name. */
  readonly action: string;
  /** For `quasi`: how the action's result becomes a model input. */
  readonly feature?: FeatureSpec | undefined;
  readonly [setting: string]: unknown;
}

/** Where a column is found in a file: the name it has there, or its position, from 1. */
export type ColumnSource = string | { readonly position: number };

/** The specification of one column of the drop. */
export type ColumnSpec = { readonly from?: ColumnSource | undefined } & (
  | (FeatureSpec & { readonly role: 'feature' })
  | PrivateSpec
  | {
      readonly role: 'slice';
      readonly nullValues?: NullValues | undefined;
      /** The values that make groups. */
      readonly values?: readonly string[] | undefined;
      /** How its values make groups. */
      readonly bins?: readonly number[] | number | 'month' | 'quarter' | 'year' | undefined;
    }
  | { readonly role: 'ignore' }
);
