import * as z from 'zod';
import type { CleanKind } from '#schemas/records/profile';

/** Roles of columns with personal data: it identifies a person, helps to identify one, or is free text that may. */
export const PRIVATE_ROLES = ['pii', 'quasi', 'text'] as const;
export type PrivateRole = (typeof PRIVATE_ROLES)[number];

/** The clean column that an action produces. */
export interface CleanedColumn {
  /** How the raw value is read and the clean one stored; a `quasi` column may be a model input of this kind, unless it is `text`. */
  readonly kind: CleanKind;
  /**
   * SQL of the clean value over its typed value. NULL stays NULL.
   *
   * @param subject SQL of the text that says whose value it is, for an action with `needsSubject`; NULL when absent
   */
  sql(typed: string, subject?: string): string;
  /** The same for a row of a prediction request, which has no subject and no key; `sql` when absent. */
  online?(typed: string): string;
  /** SQL of the clean value under the previous token key; absent where no token is left. */
  previous?(typed: string): string;
  /** Whether the value depends on whose it is. */
  readonly needsSubject?: boolean;
  /** How far the action moves a time at most, in days. */
  readonly movedDays?: number;
  /** Values that the action cannot clean, as conditions over the typed value: their rows are malformed. */
  readonly refusals?: readonly { readonly reason: string; condition(typed: string): string }[];
}

/** The setting of actions with `needsSubject`. */
export const subjectSetting = z
  .string()
  .min(1)
  .optional()
  .meta({
    description:
      'The column that says whose value it is; `dataset.id` when absent. A missing one makes the value missing.',
    examples: ['customer_id'],
  });

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
  /** Whether what it leaves is the rest of the value: what no detector finds stays readable. */
  readonly leavesRest?: boolean;
  /** The problem of settings that are valid only individually. */
  problem?(settings: z.output<z.ZodObject<Settings>>): string | undefined;
  /** The clean column; undefined when the column is removed and not even read. */
  clean(settings: z.output<z.ZodObject<Settings>>): CleanedColumn | undefined;
}
