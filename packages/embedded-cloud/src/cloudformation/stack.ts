import { AwsError, type CloudContext, type ResourceProvider, type TemplateResource } from '../cloud/service.ts';
import { type Change, changeOf } from './change.ts';
import { deleteResources } from './deletion.ts';
import { INERT } from './inert.ts';
import { condition, resolve, type Scope } from './intrinsics.ts';
import { dependencyOrder } from './order.ts';
import { resolveParameters } from './parameters.ts';
import { unreadProperties } from './properties.ts';
import { mustBeDeleted, rolledBack, type StackOperation } from './rollback.ts';
import { readStack, type StackResource, type StackStatus, writeStack } from './stack-state.ts';
import { type DeletionPolicy, parseTemplate, type Template, TemplateError } from './template.ts';

export interface Stack {
  readonly name: string;
  readonly arn: string;
  readonly status: StackStatus;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, StackResource>>;
  /** Logical id → the resource as it was asked for: an update compares with it. */
  readonly applied: Readonly<Record<string, TemplateResource>>;
}

export interface StackOptions {
  readonly name: string;
  /** Compiled template, parsed from JSON. */
  readonly template: unknown;
  readonly parameters: Readonly<Record<string, string>>;
  readonly context: Pick<CloudContext, 'accountId' | 'region' | 'partition' | 'stateDir' | 'log'>;
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  readonly onResource?: (resource: StackResource) => void;
  /** The stack as it runs: what the template asks for in the same way is left alone. */
  readonly current?: Stack;
}

/** The stack's ARN; its unique part is fixed, because a cloud has one stack. */
const arnOf = (name: string, { region, accountId, partition }: StackOptions['context']): string =>
  `arn:${partition}:cloudformation:${region}:${accountId}:stack/${name}/local`;

/**
 * Brings a template up: resolves it and has every resource applied by its service, in dependency order. When a resource fails,
 * what this call changed of a running stack is put back, and what it created is deleted again.
 * @throws TemplateError when the template is wrong or a resource fails; AwsError `ValidationError` when the creation of the stack
 *   failed before: such a stack can only be deleted
 */
export async function applyStack(options: StackOptions): Promise<Stack> {
  const { name, template: source, parameters: overrides, context, providers, current } = options;
  const template = parseTemplate(source);
  const { region, accountId, partition, stateDir } = context;
  const arn = arnOf(name, context);
  const before = readStack(stateDir, name);
  if (before && mustBeDeleted(before.status))
    throw new AwsError('ValidationError', `Stack:${arn} is in ${before.status} state and can not be updated.`);
  const standing: Record<string, StackResource> = {};
  const scope = createScope(template, resolveParameters(template.parameters, overrides), standing, {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': partition,
    'AWS::StackName': name,
    'AWS::StackId': arn,
    'AWS::URLSuffix': 'amazonaws.com',
  });
  const wanted = new Map(
    [...template.resources].filter(
      ([id, { condition: when }]) => when === undefined || condition(when, scope, `Resources.${id}`),
    ),
  );
  refuseUnknown(wanted.values(), providers);
  const order = dependencyOrder(wanted, (name) => template.resources.has(name));

  const operation: StackOperation = {
    isCreate: before === undefined || before.status === 'CREATE_IN_PROGRESS',
    // The process ended midway, so what stands under a name may be what it made.
    continues: before?.status.endsWith('_IN_PROGRESS') === true,
    known: before?.resources ?? {},
    created: [],
  };
  const resources = () =>
    Object.fromEntries(
      Object.values(standing).map((each) => [
        each.logicalId,
        { ...each, deletionPolicy: wanted.get(each.logicalId)?.deletionPolicy ?? 'Delete' },
      ]),
    );
  writeStack(stateDir, name, {
    status: operation.isCreate ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS',
    resources: operation.known,
  });

  const change = changeOf(current, providers, context.log);
  const outputs: Record<string, string> = {};
  try {
    for (const declared of order) {
      const { logicalId, type } = declared;
      const where = `Resources.${logicalId}.Properties`;
      const properties = resolve(declared.properties, scope, where) as TemplateResource['properties'];
      const resource: TemplateResource = { logicalId, type, properties, stackName: name };
      const kept = await change.unchanged(resource);
      standing[logicalId] =
        kept ?? (await applyResource(resource, declared.deletionPolicy, operation, change, options));
    }
    for (const [id, output] of Object.entries(template.outputs)) {
      const when = output['Condition'];
      if (typeof when === 'string' && !condition(when, scope, `Outputs.${id}`)) continue;
      outputs[id] = String(resolve(output['Value'], scope, `Outputs.${id}.Value`));
    }
  } catch (cause) {
    await change.putBack();
    throw await rolledBack(cause, operation, options);
  }
  const gone = Object.values(operation.known).filter(({ logicalId, type }) => wanted.get(logicalId)?.type !== type);
  await deleteResources(gone, 'removal', providers, context.log);
  // A start that finds the stack as it left it is no update.
  const isSame = operation.isCreate || (current === undefined && before?.status === 'CREATE_COMPLETE');
  const status = isSame ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
  writeStack(stateDir, name, { status, resources: resources() });
  const parameters = Object.fromEntries(
    Object.entries(scope.parameters).map(([key, value]) => [key, typeof value === 'string' ? value : value.join(',')]),
  );
  return { name, arn, status, outputs, parameters, resources: standing, applied: change.applied() };
}

/** Has one resource created or updated by its service. @throws TemplateError */
async function applyResource(
  resource: TemplateResource,
  deletionPolicy: DeletionPolicy,
  operation: StackOperation,
  change: Change,
  { providers, onResource }: StackOptions,
): Promise<StackResource> {
  const { logicalId, type } = resource;
  const provider = providers.get(type);
  const isNew = operation.known[logicalId]?.type !== type;
  const created = (ref: string, attributes: StackResource['attributes']) => {
    if (isNew) operation.created.push({ logicalId, type, ref, attributes, deletionPolicy });
  };
  try {
    const unread = provider ? unreadProperties(type, resource.properties) : [];
    if (unread.length > 0)
      throw new AwsError('ValidationError', `the embedded cloud does not support ${unread.join(', ')}. Leave it out.`);
    const taken = isNew && !operation.continues ? await provider?.existing?.(resource) : undefined;
    if (taken !== undefined)
      throw new AwsError('AlreadyExists', `Resource of type '${type}' with identifier '${taken}' already exists.`);
    const applied = await (provider?.apply(resource) ?? INERT[type]?.(resource));
    const { ref = logicalId, attributes = {} } = applied ?? {};
    const stands: StackResource = { logicalId, type, ref, attributes };
    created(ref, attributes);
    change.made(resource, stands);
    onResource?.(stands);
    return stands;
  } catch (cause) {
    // A resource that failed halfway is deleted with the others.
    const half = codeOf(cause) === 'AlreadyExists' ? undefined : await provider?.existing?.(resource);
    if (half !== undefined) created(half, {});
    throw new TemplateError(
      `Resources.${logicalId} (${type}): ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

const codeOf = (cause: unknown): string | undefined => (cause instanceof AwsError ? cause.code : undefined);

function createScope(
  template: Template,
  parameters: Scope['parameters'],
  standing: Readonly<Record<string, StackResource>>,
  pseudo: Scope['pseudo'],
): Scope {
  const find = (logicalId: string, where: string): StackResource => {
    const found = standing[logicalId];
    if (found) return found;
    const why = template.resources.has(logicalId)
      ? 'its condition is false'
      : 'it is neither a resource nor a parameter of the template';
    throw new TemplateError(`${where} refers to ${logicalId}, but ${why}.`);
  };
  return {
    pseudo,
    parameters,
    mappings: template.mappings,
    conditions: template.conditions,
    ref: (logicalId, where) => find(logicalId, where).ref,
    attribute(logicalId, name, where) {
      const { attributes, type } = find(logicalId, where);
      const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      if (value === undefined) {
        throw new TemplateError(
          `${where}: ${logicalId} (${type}) has no attribute ${name} here. It has: ${Object.keys(attributes).join(', ') || 'none'}.`,
        );
      }
      return value;
    },
  };
}

function refuseUnknown(
  resources: Iterable<{ logicalId: string; type: string }>,
  providers: StackOptions['providers'],
): void {
  const unknown = [...resources].filter(({ type }) => !providers.has(type) && !Object.hasOwn(INERT, type));
  if (unknown.length === 0) return;
  const list = unknown.map(({ logicalId, type }) => `${type} (${logicalId})`).join(', ');
  throw new TemplateError(
    `The embedded cloud does not provide ${list}. Give it a provider in a service's \`resources\`, or list the type in src/cloudformation/inert.ts if nothing needs to stand locally.`,
  );
}
