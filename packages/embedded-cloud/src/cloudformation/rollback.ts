import type { CloudContext, ResourceProvider } from '../cloud/service.ts';
import { type Deletion, deleteResources } from './deletion.ts';
import { forgetStack, type KnownResource, readStack, type StackStatus, writeStack } from './stack-state.ts';
import { TemplateError } from './template.ts';

/** A stack, and what is needed to delete its resources. */
export interface StackPlace {
  readonly name: string;
  readonly context: Pick<CloudContext, 'stateDir' | 'log'>;
  readonly providers: ReadonlyMap<string, ResourceProvider>;
}

/** One creation or update of a stack while it runs. */
export interface StackOperation {
  readonly isCreate: boolean;
  /** Whether it takes up an operation that a crash ended. */
  readonly continues: boolean;
  /** What the stack had before. */
  readonly known: Readonly<Record<string, KnownResource>>;
  /** What this operation created so far, oldest first. */
  readonly created: KnownResource[];
}

const byId = (resources: readonly KnownResource[]): Record<string, KnownResource> =>
  Object.fromEntries(resources.map((resource) => [resource.logicalId, resource]));

/** Whether a stack's creation failed: nothing but its deletion is left then (User Guide, "Stack failure options"). */
export const mustBeDeleted = (status: StackStatus): boolean => /^(?:ROLLBACK_|DELETE_)/.test(status);

/**
 * Deletes what a failed operation created, newest first, and records where that leaves the stack: the creation of a stack as
 * ROLLBACK_COMPLETE, an update as UPDATE_ROLLBACK_COMPLETE, or as …_FAILED with what could not be deleted.
 * @param cause why the operation failed
 * @returns the error to throw: the cause, and what became of the resources
 */
export async function rolledBack(
  cause: unknown,
  { isCreate, known, created }: StackOperation,
  { name, context, providers }: StackPlace,
): Promise<TemplateError> {
  const prefix = isCreate ? '' : ('UPDATE_' as const);
  context.log('error', 'a stack is rolled back', { stack: name, error: String(cause) });
  writeStack(context.stateDir, name, {
    status: `${prefix}ROLLBACK_IN_PROGRESS`,
    resources: { ...known, ...byId(created) },
  });
  const outcome = await deleteResources(created, 'rollback', providers, context.log);
  const status = settle(name, prefix, known, created, outcome, context);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TemplateError(`${why}${why.endsWith('.') ? '' : '.'} ${describe(outcome, status)}`, { cause });
}

function settle(
  name: string,
  prefix: '' | 'UPDATE_',
  known: StackOperation['known'],
  created: readonly KnownResource[],
  { failed }: Deletion,
  context: StackPlace['context'],
): StackStatus {
  const left = created.filter(({ logicalId }) => failed.some((each) => each.logicalId === logicalId));
  const status: StackStatus = `${prefix}ROLLBACK_${left.length > 0 ? 'FAILED' : 'COMPLETE'}`;
  writeStack(context.stateDir, name, { status, resources: { ...known, ...byId(left) } });
  return status;
}

function describe({ deleted, kept, failed }: Deletion, status: StackStatus): string {
  const parts = [`resources deleted: ${deleted.length}`];
  if (kept.length > 0) parts.push(`kept by their deletion policy: ${kept.join(', ')}`);
  for (const { logicalId, reason } of failed) parts.push(`${logicalId} could not be deleted: ${reason}`);
  return `The stack was rolled back (${status}): ${parts.join('; ')}.`;
}

/**
 * Deletes a stack: its resources newest first, each by its deletion policy. Those that cannot be deleted stay in the stack.
 * A stack that does not exist is deleted already.
 */
export async function deleteStack({ name, context, providers }: StackPlace): Promise<Deletion> {
  const { stateDir, log } = context;
  const state = readStack(stateDir, name);
  if (!state) return { deleted: [], kept: [], failed: [] };
  // A rollback that a crash ended: what it did not get to was created by the operation that failed.
  const occasion = state.status === 'ROLLBACK_IN_PROGRESS' ? 'rollback' : 'removal';
  const resources = Object.values(state.resources);
  if (occasion === 'removal') writeStack(stateDir, name, { status: 'DELETE_IN_PROGRESS', resources: state.resources });
  const outcome = await deleteResources(resources, occasion, providers, log);
  const left = resources.filter(({ logicalId }) => outcome.failed.some((each) => each.logicalId === logicalId));
  if (left.length > 0) writeStack(stateDir, name, { status: 'DELETE_FAILED', resources: byId(left) });
  else forgetStack(stateDir, name);
  return outcome;
}

/**
 * Makes room for a new creation: deletes a stack whose creation failed, as its operator would have to.
 * @returns whether there was one
 */
export async function deleteFailedStack(place: StackPlace): Promise<boolean> {
  const state = readStack(place.context.stateDir, place.name);
  if (!state || !mustBeDeleted(state.status)) return false;
  await deleteStack(place);
  return true;
}
