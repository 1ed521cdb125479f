import { findKind } from '#domain/find-kind';
import { bucket } from './bucket.ts';
import { dateShift } from './date-shift.ts';
import { drop } from './drop.ts';
import { generalize } from './generalize.ts';
import { mask } from './mask.ts';
import { noise } from './noise.ts';
import type { CleanedColumn, PrivacyAction, PrivateRole } from './privacy-action.ts';
import { redact } from './redact.ts';
import { tokenize } from './tokenize.ts';

/** All privacy actions. */
export const PRIVACY_ACTIONS = [drop, tokenize, mask, generalize, bucket, dateShift, noise, redact] as const;
export type PrivacyActionName = (typeof PRIVACY_ACTIONS)[number]['name'];

/** The action of a personal column. @throws TypeError when no action has this name, or it does not apply to this role */
export function privacyAction(
  { role, action }: { readonly role: PrivateRole; readonly action: string },
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
): PrivacyAction {
  const found = findKind(actions, action, 'privacy action');
  if (found.roles.includes(role)) return found;
  throw new TypeError(`The privacy action "${action}" is not one for a column of role ${role}.`);
}

/** The clean column that a personal column's action produces. @throws TypeError as `privacyAction` */
export const cleanedColumn = (
  spec: { readonly role: PrivateRole; readonly action: string },
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
): CleanedColumn | undefined => privacyAction(spec, actions).clean(spec);
