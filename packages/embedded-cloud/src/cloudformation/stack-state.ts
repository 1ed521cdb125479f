import { join } from 'node:path';
import { readState, writeState } from '../cloud/state-file.ts';
import type { DeletionPolicy } from './template.ts';

/** A resource that exists. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A resource as the stack remembers it from one start to the next. */
export type KnownResource = StackResource & { readonly deletionPolicy: DeletionPolicy };

/** CloudFormation's statuses of a stack (API Reference, Stack, `StackStatus`). */
export type StackStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_FAILED';

/** What is kept of a stack. */
export interface StackState {
  readonly status: StackStatus;
  /** By logical id, in the order in which they were created. */
  readonly resources: Readonly<Record<string, KnownResource>>;
}

const pathOf = (stateDir: string, name: string): string => join(stateDir, 'cloudformation', `${name}.json`);

/** A stack's state; undefined for one that was never created, or was deleted. */
export function readStack(stateDir: string, name: string): StackState | undefined {
  const state = readState<Partial<StackState> & { readonly deleted?: boolean }>(pathOf(stateDir, name), {
    deleted: true,
  });
  if (state.deleted) return undefined;
  // A stack of a version that kept no status stood.
  return { status: state.status ?? 'CREATE_COMPLETE', resources: state.resources ?? {} };
}

export const writeStack = (stateDir: string, name: string, state: StackState): void =>
  writeState(pathOf(stateDir, name), state);

export const forgetStack = (stateDir: string, name: string): void =>
  writeState(pathOf(stateDir, name), { deleted: true });
