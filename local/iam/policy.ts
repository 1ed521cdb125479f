/** One policy statement, its one-or-many members made lists. */
export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly principals?: Principals;
  readonly notPrincipals?: Principals;
  /** Operator → condition key → accepted values. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** `'*'` stands for anybody. */
export type Principals = '*' | Readonly<Record<string, readonly string[]>>;

/** A policy as it is evaluated: where it is written, and its statements. */
export interface Policy {
  /** For messages: `policy "read-raw" of role DesensitizeShardRole`. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Operators as IAM knows them, without `…IfExists` and set prefixes. */
const OPERATORS =
  /^(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Numeric(?:(?:Not)?Equals|(?:LessThan|GreaterThan)(?:Equals)?)|Date(?:(?:Not)?Equals|(?:LessThan|GreaterThan)(?:Equals)?)|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?$|^Null$/;

/**
 * Reads a policy document.
 * @param name where it is written, for messages
 * @throws Error naming the statement and the member that IAM would refuse
 */
export function parsePolicy(document: unknown, name: string): Policy {
  const body: unknown = typeof document === 'string' ? JSON.parse(document) : document;
  if (!isObject(body)) throw new Error(`${name}: a policy document must be an object.`);
  const list = Array.isArray(body['Statement']) ? body['Statement'] : [body['Statement']];
  return {
    name,
    statements: list.map((statement: unknown, index) => parseStatement(statement, `${name}, statement ${index + 1}`)),
  };
}

function parseStatement(statement: unknown, where: string): Statement {
  if (!isObject(statement)) throw new Error(`${where}: a statement must be an object.`);
  const known = [
    'Sid',
    'Effect',
    'Action',
    'NotAction',
    'Resource',
    'NotResource',
    'Principal',
    'NotPrincipal',
    'Condition',
  ];
  const stray = Object.keys(statement).filter((key) => !known.includes(key));
  if (stray.length > 0) throw new Error(`${where}: unknown member ${stray.join(', ')}.`);
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`${where}: Effect must be Allow or Deny.`);
  if ('Action' in statement === 'NotAction' in statement)
    throw new Error(`${where}: exactly one of Action and NotAction is needed.`);
  if ('Resource' in statement && 'NotResource' in statement)
    throw new Error(`${where}: Resource and NotResource exclude each other.`);
  const strings = (member: string): readonly string[] | undefined => listOf(statement[member], `${where}: ${member}`);
  const principals = parsePrincipals(statement['Principal'], `${where}: Principal`);
  const notPrincipals = parsePrincipals(statement['NotPrincipal'], `${where}: NotPrincipal`);
  const actions = strings('Action');
  const notActions = strings('NotAction');
  for (const action of actions ?? notActions ?? []) {
    if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action))
      throw new Error(`${where}: "${action}" is no action; write service:Action.`);
  }
  const resources = strings('Resource');
  const notResources = strings('NotResource');
  for (const resource of resources ?? notResources ?? []) {
    if (resource !== '*' && !resource.startsWith('arn:'))
      throw new Error(`${where}: "${resource}" is no resource; write an ARN or *.`);
  }
  return {
    effect,
    conditions: parseConditions(statement['Condition'], where),
    ...(typeof statement['Sid'] === 'string' && { sid: statement['Sid'] }),
    ...(actions && { actions }),
    ...(notActions && { notActions }),
    ...(resources && { resources }),
    ...(notResources && { notResources }),
    ...(principals && { principals }),
    ...(notPrincipals && { notPrincipals }),
  };
}

function listOf(value: unknown, where: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new Error(`${where} is empty.`);
  return list.map((item) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'number' || typeof item === 'boolean') return String(item);
    throw new Error(`${where} must be text or a list of texts.`);
  });
}

function parsePrincipals(value: unknown, where: string): Principals | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return '*';
  if (!isObject(value))
    throw new Error(`${where} must be "*" or an object such as { Service: "lambda.amazonaws.com" }.`);
  return Object.fromEntries(
    Object.entries(value).map(([kind, names]) => [kind, listOf(names, `${where}.${kind}`) ?? []]),
  );
}

function parseConditions(value: unknown, where: string): Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw new Error(`${where}: Condition must be an object.`);
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!OPERATORS.test(operator)) throw new Error(`${where}: "${operator}" is no condition operator.`);
    if (!isObject(keys)) throw new Error(`${where}: Condition.${operator} must be an object.`);
    return Object.entries(keys).map(([key, values]) => ({
      operator,
      key,
      values: listOf(values, `${where}: Condition.${operator}.${key}`) ?? [],
    }));
  });
}
