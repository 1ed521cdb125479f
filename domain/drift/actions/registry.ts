import { findKind } from '#domain/find-kind';
import { alert } from './alert.ts';
import type { DriftAction } from './drift-action.ts';
import { note } from './note.ts';
import { retrain } from './retrain.ts';
import { rollBack } from './roll-back.ts';

/** Every kind of `drift.action`. */
export const DRIFT_ACTIONS = [note, alert, retrain, rollBack] as const;
export type DriftActionName = (typeof DRIFT_ACTIONS)[number]['name'];

/** The names of the actions, for the schema of `drift.action`. */
export const actionNames = <Name extends string>(actions: readonly DriftAction<Name>[]) =>
  actions.map(({ name }) => name) as [Name, ...Name[]];

/** The action of this name. @throws TypeError when it is not registered */
export const findAction = (name: string, actions: readonly DriftAction[] = DRIFT_ACTIONS): DriftAction =>
  findKind(actions, name, 'drift action');
