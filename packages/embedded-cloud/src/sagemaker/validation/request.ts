import { readFileSync } from 'node:fs';
import { AwsError } from '#src/cloud/service';
import { checkShape } from '#src/service-model/check';
import type { ModelShape, ServiceModel } from '#src/service-model/model';
import { constraintsOf } from '#src/service-model/scalars';
import type { Path, Violation } from '#src/service-model/violation';

/** AWS's service model of the operations emulated here, written by `scripts/generate-service-model.ts`. */
export const bundledModel = JSON.parse(
  readFileSync(new URL('service-model.json', import.meta.url), 'utf8'),
) as ServiceModel;

/**
 * Checks a request as SageMaker itself does, before anything else: types, members that must be there, lengths, patterns,
 * ranges and enums.
 * @returns the input without the members that the model does not know: AWS ignores them
 * @throws AwsError SerializationException for a wrong JSON type; ValidationException that lists every other fault
 */
export function checkRequest(operation: string, input: unknown, serviceModel: ServiceModel = bundledModel): unknown {
  const shape = serviceModel.operations[operation]?.input?.shape;
  if (shape === undefined) {
    throw new Error(
      `The service model has no ${operation}: add it to src/contract/bundled-model.ts and generate the model again.`,
    );
  }
  const violations = checkShape(serviceModel, shape, input);
  const found = violations.filter(({ kind }) => kind !== 'unknown');
  const mistyped = found.find(({ kind }) => kind === 'type');
  if (mistyped) throw new AwsError('SerializationException', serializationFault(mistyped));
  const faults = [...new Set(found.map((violation) => sentence(violation, input)))];
  if (faults.length === 0) return withoutUnknown(input, violations);
  const count = faults.length === 1 ? '1 validation error' : `${faults.length} validation errors`;
  throw new AwsError('ValidationException', `${count} detected: ${faults.join('; ')}`);
}

/** A copy without the members that were reported as unknown. */
function withoutUnknown(input: unknown, unknown: readonly Violation[]): unknown {
  const copy: unknown = structuredClone(input);
  for (const { path } of unknown) {
    const parent = valueAt(copy, path.slice(0, -1));
    const last = path.at(-1);
    if (typeof parent === 'object' && parent !== null && last && 'member' in last)
      Reflect.deleteProperty(parent, last.member);
  }
  return copy;
}

/**
 * One fault with AWS's message. For plain members of a list or map AWS shows the whole, and all that its members must satisfy:
 * "Value '{eta=…}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have
 * length less than or equal to 2500, Member must have length greater than or equal to 0, …]".
 */
function sentence({ path, value, constraint, shape, kind }: Violation, root: unknown): string {
  const last = path.at(-1);
  const within = kind !== 'missing' && last && !('member' in last) ? last : undefined;
  const all = within && isPlain(shape) ? constraintsOf(shape) : [];
  if (!within || all.length === 0) return failed(value, path, constraint, shape);
  const role = 'index' in within ? 'Member' : within.of === 'key' ? 'Map keys' : 'Map value';
  const whole = path.slice(0, -1);
  return failed(valueAt(root, whole), whole, `${role} must satisfy constraint: [${all.join(', ')}]`, shape);
}

const failed = (value: unknown, path: Path, constraint: string, shape: ModelShape): string => {
  // Values that the model marks as sensitive are not repeated.
  const shown = 'sensitive' in shape && shape.sensitive ? 'Value' : `Value ${show(value)}`;
  return `${shown} at '${pathText(path)}' failed to satisfy constraint: ${constraint}`;
};

const isPlain = (shape: ModelShape): boolean => !['structure', 'list', 'map'].includes(shape.type);

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => {
    const name = 'member' in step ? step.member : 'index' in step ? step.index : step.key;
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }, root);

/** AWS names members in camel case here, and items by number: `inputDataConfig.1.member.channelName`. */
const pathText = (path: Path): string =>
  path
    .map((step) => {
      if ('member' in step) return `${step.member.charAt(0).toLowerCase()}${step.member.slice(1)}`;
      return 'index' in step ? `${step.index + 1}.member` : `${step.key}.member`;
    })
    .join('.');

/** As Java writes values: `[a, b]`, `{a=b}`. */
const javaText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(javaText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, member]) => `${key}=${javaText(member)}`);
  return `{${entries.join(', ')}}`;
};
const show = (value: unknown): string => (value === null || value === undefined ? 'null' : `'${javaText(value)}'`);

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a String',
  boolean: 'a Boolean',
  integer: 'an Integer',
  long: 'a Long',
  float: 'a Float',
  double: 'a Double',
  timestamp: 'a Timestamp',
  blob: 'a Blob',
};

function serializationFault({ value, path, shape }: Violation): string {
  const at = path.length === 0 ? '' : ` (at '${pathText(path)}')`;
  if (shape.type === 'list') return `Expected list or null${at}`;
  if (!isPlain(shape)) return `Expected a structure or map${at}`;
  if (Array.isArray(value)) return `Start of list found where not expected${at}`;
  if (typeof value === 'object') return `Start of structure or map found where not expected.${at}`;
  const kind =
    typeof value === 'boolean' ? `${String(value).toUpperCase()}_VALUE` : `${typeof value}_value`.toUpperCase();
  return `${kind} can not be converted to ${ARTICLES[shape.type] ?? shape.type}${at}`;
}
