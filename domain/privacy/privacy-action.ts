import type * as z from 'zod';
import type { CleanKind } from '#schemas/records/profile';

/** Roles of columns with personal data: it identifies a person, helps to identify one, or is free text that may. */
export const PRIVATE_ROLES = ['pii', 'quasi', 'text'] as const;
export type PrivateRole = (typeof PRIVATE_ROLES)[number];

/** The clean column that an action produces. */
export interface CleanedColumn {
  /** How the raw value is read and the clean one stored; a `quasi` column may be a model input of this kind, unless it is `text`. */
  readonly kind: CleanKind;
  /** SQL of the clean value over its typed value. NULL stays NULL. */
  sql(typed: string): string;
}

/**
 * The full definition of a privacy action on a personal column. Methods take the action's own settings. The registry finds an
 * action by name, so they never receive another action's settings.
 */
export interface PrivacyAction<Settings extends z.ZodRawShape = z.ZodRawShape> {
  /** Its name in `action`. */
  readonly name: string;
  /** The report's description of such a column. */
  readonly label: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** The roles of the columns it applies to. */
  readonly roles: readonly [PrivateRole, ...PrivateRole[]];
  /** Its settings besides role and action. */
  readonly settings: Settings;
  /** An example column in a pipeline file. */
  readonly example: Readonly<Record<string, unknown>>;
  /** The problem of settings that are valid only individually. */
  problem?(settings: z.output<z.ZodObject<Settings>>): string | undefined;
  /** The clean column; undefined when the column is removed and not even read. */
  clean(settings: z.output<z.ZodObject<Settings>>): CleanedColumn | undefined;
}
