import { join } from 'node:path';
import type { CloudContext, ResourceProvider, TemplateResource } from '../cloud/service.ts';
import { readState, writeState } from '../cloud/state-file.ts';
import { changeOf } from './change.ts';
import { INERT } from './inert.ts';
import { condition, resolve, type Scope } from './intrinsics.ts';
import { dependencyOrder } from './order.ts';
import { resolveParameters } from './parameters.ts';
import { parseTemplate, type Template, TemplateError } from './template.ts';

/** A resource that exists. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Stack {
  readonly name: string;
  readonly arn: string;
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

interface Remembered {
  readonly resources: Readonly<Record<string, StackResource & { readonly deletionPolicy: string }>>;
}

/**
 * Brings a template up: resolves it and has every resource applied by its service, in dependency order. When a change of a running
 * stack fails, what was changed is put back.
 */
export async function applyStack({
  name,
  template: source,
  parameters: overrides,
  context,
  providers,
  onResource,
  current,
}: StackOptions): Promise<Stack> {
  const template = parseTemplate(source);
  const { region, accountId, partition, stateDir } = context;
  const arn = `arn:${partition}:cloudformation:${region}:${accountId}:stack/${name}/local`;
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

  const change = changeOf(current, providers, context.log);
  const outputs: Record<string, string> = {};
  try {
    for (const declared of dependencyOrder(wanted, (name) => template.resources.has(name))) {
      const { logicalId, type } = declared;
      const properties = resolve(
        declared.properties,
        scope,
        `Resources.${logicalId}.Properties`,
      ) as TemplateResource['properties'];
      const resource: TemplateResource = { logicalId, type, properties, stackName: name };
      const kept = await change.unchanged(resource);
      if (kept) {
        standing[logicalId] = kept;
        continue;
      }
      let applied: Pick<StackResource, 'ref' | 'attributes'> | undefined;
      try {
        applied = (await providers.get(type)?.apply(resource)) ?? INERT[type]?.(resource);
      } catch (cause) {
        throw new TemplateError(
          `Resources.${logicalId} (${type}): ${cause instanceof Error ? cause.message : String(cause)}`,
          { cause },
        );
      }
      const stands = { logicalId, type, ref: applied?.ref ?? logicalId, attributes: applied?.attributes ?? {} };
      change.made(resource, stands);
      standing[logicalId] = stands;
      onResource?.(stands);
    }
    for (const [id, output] of Object.entries(template.outputs)) {
      const when = output['Condition'];
      if (typeof when === 'string' && !condition(when, scope, `Outputs.${id}`)) continue;
      outputs[id] = String(resolve(output['Value'], scope, `Outputs.${id}.Value`));
    }
  } catch (cause) {
    throw await change.rolledBack(cause);
  }
  const path = join(stateDir, 'cloudformation', `${name}.json`);
  await removeGone(path, wanted, providers, context.log);
  const remembered: Remembered = {
    resources: Object.fromEntries(
      Object.values(standing).map((each) => [
        each.logicalId,
        { ...each, deletionPolicy: wanted.get(each.logicalId)?.deletionPolicy ?? 'Delete' },
      ]),
    ),
  };
  writeState(path, remembered);
  const parameters = Object.fromEntries(
    Object.entries(scope.parameters).map(([key, value]) => [key, typeof value === 'string' ? value : value.join(',')]),
  );
  return { name, arn, outputs, parameters, resources: standing, applied: change.applied() };
}

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

/** Resources of the last start that are in the template no more go, as CloudFormation would have it. */
async function removeGone(
  path: string,
  wanted: ReadonlyMap<string, { type: string }>,
  providers: StackOptions['providers'],
  log: CloudContext['log'],
): Promise<void> {
  const before = readState<Remembered>(path, { resources: {} });
  for (const { logicalId, type, ref, deletionPolicy } of Object.values(before.resources).reverse()) {
    if (wanted.get(logicalId)?.type === type) continue;
    const provider = providers.get(type);
    const kept = deletionPolicy !== 'Delete' || !provider?.delete;
    if (!kept) await provider?.delete?.({ logicalId, type, ref });
    log('info', kept ? 'a resource left the template and is kept' : 'a resource left the template and was deleted', {
      logicalId,
      type,
      ref,
    });
  }
}
