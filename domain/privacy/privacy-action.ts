import type * as z from 'zod';
import type { CleanKind } from '#schemas/records/profile';

/** Roles of columns that hold something personal: it identifies a person, helps to, or is free text that may. */
export const PRIVATE_ROLES = ['pii', 'quasi', 'text'] as const;
export type PrivateRole = (typeof PRIVATE_ROLES)[number];

/** What is left of a personal column among the clean rows. */
export interface CleanedColumn {
  /** How the raw value is read and the clean one stored; a `quasi` column may be a model input of this kind, unless it is `text`. */
  readonly kind: CleanKind;
  /** SQL of the clean value over its typed value. NULL stays NULL. */
  sql(typed: string): string;
}

/**
 * A privacy action: all there is to know of what becomes of a personal column. Methods take the action's own settings; the registry
 * finds an action by name, so they never receive another one's.
 */
export interface PrivacyAction<Settings extends z.ZodRawShape = z.ZodRawShape> {
  /** As `action` names it. */
  readonly name: string;
  /** What a report says of such a column. */
  readonly label: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** The roles of the columns it applies to. */
  readonly roles: readonly [PrivateRole, ...PrivateRole[]];
  /** Its settings beside role and action. */
  readonly settings: Settings;
  /** A column as a pipeline's file has it. */
  readonly example: Readonly<Record<string, unknown>>;
  /** What is wrong with settings that are right each by itself. */
  problem?(settings: z.output<z.ZodObject<Settings>>): string | undefined;
  /** What is left of the column; undefined when nothing is, and it is not even read. */
  clean(settings: z.output<z.ZodObject<Settings>>): CleanedColumn | undefined;
}
