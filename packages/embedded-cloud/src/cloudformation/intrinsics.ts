import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { TemplateError } from './template.ts';

/** What references in a template resolve against. */
export interface Scope {
  readonly pseudo: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  /** `Ref` of a resource. @throws TemplateError when it does not exist (yet) */
  ref(logicalId: string, where: string): string;
  /** `Fn::GetAtt` of a resource. @throws TemplateError */
  attribute(logicalId: string, name: string, where: string): string;
}

/** Represents `AWS::NoValue`: the member or item with this value is removed. */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Resolves every intrinsic function in a value.
 * @param where the place in the template, for messages: `Resources.Api.Properties`
 * @throws TemplateError
 */
export function resolve(value: unknown, scope: Scope, where: string): unknown {
  const resolved = visit(value, scope, where);
  return resolved === NO_VALUE ? undefined : resolved;
}

function visit(value: unknown, scope: Scope, where: string): unknown {
  if (typeof value === 'string') {
    const dynamic = /\{\{resolve:[^}]*\}\}/.exec(value)?.[0];
    if (dynamic)
      throw new TemplateError(
        `${where}: dynamic references such as ${dynamic} are not supported; read the value at run time instead.`,
      );
    return value;
  }
  if (Array.isArray(value))
    return value.map((item, index) => visit(item, scope, `${where}[${index}]`)).filter((item) => item !== NO_VALUE);
  if (!isJsonObject(value)) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) return apply(name, argument, scope, where);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, visit(member, scope, `${where}.${key}`)] as const)
      .filter(([, member]) => member !== NO_VALUE),
  );
}

type Intrinsic = (argument: unknown, scope: Scope, where: string) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, where) => reference(asText(argument, where), scope, where),
  'Fn::GetAtt': (argument, scope, where) => {
    const [logicalId = '', ...path] = Array.isArray(argument)
      ? argument.map((part) => asText(visit(part, scope, where), where))
      : asText(argument, where).split('.');
    return scope.attribute(logicalId, path.join('.'), where);
  },
  'Fn::Sub': (argument, scope, where) => {
    const [template, variables] = Array.isArray(argument) ? [argument[0], argument[1]] : [argument, {}];
    const own = visit(variables ?? {}, scope, where);
    return substitute(asText(template, where), isJsonObject(own) ? own : {}, scope, where);
  },
  'Fn::Join': (argument, scope, where) => {
    const [delimiter, items] = asList(argument, where);
    return asList(visit(items, scope, where), where)
      .map((item) => asText(item, where))
      .join(asText(delimiter, where));
  },
  'Fn::Split': (argument, scope, where) => {
    const [delimiter, text] = asList(argument, where);
    return asText(visit(text, scope, where), where).split(asText(delimiter, where));
  },
  'Fn::Select': (argument, scope, where) => {
    const [index, items] = asList(argument, where);
    const list = asList(visit(items, scope, where), where);
    const at = Number(visit(index, scope, where));
    if (!(at in list)) throw new TemplateError(`${where}: Fn::Select asks for item ${at} of ${list.length}.`);
    return list[at];
  },
  'Fn::If': (argument, scope, where) => {
    const [name, yes, no] = asList(argument, where);
    return visit(condition(asText(name, where), scope, where) ? yes : no, scope, where);
  },
  'Fn::FindInMap': (argument, scope, where) => {
    const keys = asList(argument, where)
      .slice(0, 3)
      .map((key) => asText(visit(key, scope, where), where));
    let found: unknown = scope.mappings;
    for (const key of keys) {
      found = isJsonObject(found) ? found[key] : undefined;
      if (found === undefined) throw new TemplateError(`${where}: Mappings has no ${keys.join('.')}.`);
    }
    return found;
  },
  'Fn::Base64': (argument, scope, where) =>
    Buffer.from(asText(visit(argument, scope, where), where)).toString('base64'),
  'Fn::ToJsonString': (argument, scope, where) => JSON.stringify(visit(argument, scope, where)),
};

function apply(name: string, argument: unknown, scope: Scope, where: string): unknown {
  const intrinsic = INTRINSICS[name];
  if (!intrinsic) {
    const why =
      name === 'Fn::ImportValue'
        ? 'there are no other stacks to import from'
        : `known are ${Object.keys(INTRINSICS).join(', ')}`;
    throw new TemplateError(`${where}: ${name} is not supported: ${why}.`);
  }
  return intrinsic(argument, scope, where);
}

function reference(name: string, scope: Scope, where: string): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  if (name.startsWith('AWS::')) {
    const value = scope.pseudo[name];
    if (value === undefined) throw new TemplateError(`${where}: pseudo parameter ${name} is not supported.`);
    return value;
  }
  return Object.hasOwn(scope.parameters, name) ? scope.parameters[name] : scope.ref(name, where);
}

function substitute(template: string, own: JsonObject, scope: Scope, where: string): string {
  return template.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, inner: string) => {
    if (literal) return `\${${inner}}`;
    const name = inner.trim();
    if (Object.hasOwn(own, name)) return asText(own[name], where);
    const dot = name.indexOf('.');
    return asText(
      dot > 0 ? scope.attribute(name.slice(0, dot), name.slice(dot + 1), where) : reference(name, scope, where),
      where,
    );
  });
}

/**
 * Evaluates a condition by name.
 * @throws TemplateError when it is not declared, or its functions are unknown
 */
export function condition(name: string, scope: Scope, where: string): boolean {
  if (!Object.hasOwn(scope.conditions, name)) throw new TemplateError(`${where}: there is no condition ${name}.`);
  return truth(scope.conditions[name], scope, `Conditions.${name}`);
}

function truth(value: unknown, scope: Scope, where: string): boolean {
  if (!isJsonObject(value))
    throw new TemplateError(`${where}: a condition is written with Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition.`);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  switch (name) {
    case 'Condition':
      return condition(asText(argument, where), scope, where);
    case 'Fn::Equals': {
      const [left, right] = asList(argument, where).map((side) => visit(side, scope, where));
      return typeof left === 'object' || typeof right === 'object'
        ? JSON.stringify(left) === JSON.stringify(right)
        : String(left) === String(right);
    }
    case 'Fn::And':
      return asList(argument, where).every((item) => truth(item, scope, where));
    case 'Fn::Or':
      return asList(argument, where).some((item) => truth(item, scope, where));
    case 'Fn::Not':
      return !truth(asList(argument, where)[0], scope, where);
    default:
      throw new TemplateError(`${where}: ${name} is no condition function.`);
  }
}

function asText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(`${where}: text was expected, not ${Array.isArray(value) ? 'a list' : typeof value}.`);
}

function asList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TemplateError(`${where}: a list was expected, not ${typeof value}.`);
}
