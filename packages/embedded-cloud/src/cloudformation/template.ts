import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';

const DELETION_POLICIES = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'] as const;
/** What becomes of a resource when its stack no longer has it. */
export type DeletionPolicy = (typeof DELETION_POLICIES)[number];

/** A resource as the template declares it, intrinsic functions unresolved. */
export interface DeclaredResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: unknown;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly deletionPolicy: DeletionPolicy;
}

/** A CloudFormation template, sections taken apart. */
export interface Template {
  readonly parameters: Readonly<Record<string, JsonObject>>;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  readonly resources: ReadonlyMap<string, DeclaredResource>;
  readonly outputs: Readonly<Record<string, JsonObject>>;
}

/** A template that cannot be brought up: the message names the place and what to change. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

function deletionPolicyOf(logicalId: string, declared: unknown): DeletionPolicy {
  const policy = DELETION_POLICIES.find((known) => known === (declared ?? 'Delete'));
  if (policy) return policy;
  throw new TemplateError(
    `Resources.${logicalId}.DeletionPolicy is ${JSON.stringify(declared)}; it must be one of ${DELETION_POLICIES.join(', ')}.`,
  );
}

function section(template: JsonObject, name: string): JsonObject {
  const value = template[name] ?? {};
  if (!isJsonObject(value)) throw new TemplateError(`Template section ${name} must be an object.`);
  return value;
}

function objects(template: JsonObject, name: string): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(section(template, name)).map(([key, value]) => {
      if (!isJsonObject(value)) throw new TemplateError(`${name}.${key} must be an object.`);
      return [key, value];
    }),
  );
}

/**
 * Takes a parsed template apart.
 * @throws TemplateError naming the section or resource that is malformed, or a section that is not supported
 */
export function parseTemplate(value: unknown): Template {
  if (!isJsonObject(value)) throw new TemplateError('The template must be a JSON object.');
  for (const name of ['Transform', 'Rules', 'Hooks']) {
    if (value[name] !== undefined)
      throw new TemplateError(`Template section ${name} is not supported by the embedded cloud.`);
  }
  const resources = new Map<string, DeclaredResource>();
  for (const [logicalId, declared] of Object.entries(objects(value, 'Resources'))) {
    const type = declared['Type'];
    if (typeof type !== 'string') throw new TemplateError(`Resources.${logicalId} has no Type.`);
    const dependsOn = declared['DependsOn'] ?? [];
    const condition = declared['Condition'];
    resources.set(logicalId, {
      logicalId,
      type,
      properties: declared['Properties'] ?? {},
      dependsOn: (Array.isArray(dependsOn) ? dependsOn : [dependsOn]).map(String),
      deletionPolicy: deletionPolicyOf(logicalId, declared['DeletionPolicy']),
      ...(typeof condition === 'string' && { condition }),
    });
  }
  return {
    parameters: objects(value, 'Parameters'),
    mappings: section(value, 'Mappings'),
    conditions: section(value, 'Conditions'),
    resources,
    outputs: objects(value, 'Outputs'),
  };
}
