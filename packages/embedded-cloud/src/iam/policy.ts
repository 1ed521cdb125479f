import { isIP } from 'node:net';

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
  /** Whether `${…}` is a variable: in version 2012-10-17 alone, in the older one it is plain text. */
  readonly variables: boolean;
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** `'*'` is every principal. */
export type Principals = '*' | Readonly<Record<string, readonly string[]>>;

/** A policy to evaluate: its source and its statements. */
export interface Policy {
  /** For messages: `policy "read-raw" of role DesensitizeShardRole`. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** What a policy hangs on: each kind must have members that the others must not have. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Operators as IAM knows them, without `…IfExists` and set prefixes. */
const OPERATORS =
  /^(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Numeric(?:(?:Not)?Equals|(?:LessThan|GreaterThan)(?:Equals)?)|Date(?:(?:Not)?Equals|(?:LessThan|GreaterThan)(?:Equals)?)|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?$|^Null$/;

const VERSIONS = ['2012-10-17', '2008-10-17'];
const DOCUMENT_MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = [
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

const refuseStray = (object: Json, known: readonly string[], where: string): void => {
  const stray = Object.keys(object).filter((key) => !known.includes(key));
  if (stray.length > 0) throw new Error(`${where}: unknown member ${stray.join(', ')}.`);
};

/**
 * Reads a policy document (IAM User Guide, "Grammar of the IAM JSON policy language").
 * @param name where it is written, for messages
 * @throws Error naming the statement and the member that IAM would refuse
 */
export function parsePolicy(document: unknown, name: string, kind: PolicyKind): Policy {
  const body: unknown = typeof document === 'string' ? JSON.parse(document) : document;
  if (!isObject(body)) throw new Error(`${name}: a policy document must be an object.`);
  refuseStray(body, DOCUMENT_MEMBERS, name);
  const version = body['Version'] ?? '2008-10-17';
  if (typeof version !== 'string' || !VERSIONS.includes(version))
    throw new Error(`${name}: Version must be ${VERSIONS.join(' or ')}, not "${String(version)}".`);
  const list: unknown[] = Array.isArray(body['Statement']) ? body['Statement'] : [body['Statement']];
  const variables = version === '2012-10-17';
  const statements = list.map((statement, index) =>
    parseStatement(statement, `${name}, statement ${index + 1}`, kind, variables),
  );
  const sids = statements.flatMap(({ sid }) => (sid ? [sid] : []));
  const twice = sids.find((sid, index) => sids.indexOf(sid) < index);
  if (twice !== undefined) throw new Error(`${name}: two statements have the Sid ${twice}.`);
  return { name, statements };
}

/** Which of Principal and Resource a statement must and must not have. */
function checkKind(statement: Json, kind: PolicyKind, where: string): void {
  const has = (...members: string[]): string | undefined => members.find((member) => member in statement);
  const principal = has('Principal', 'NotPrincipal');
  const resource = has('Resource', 'NotResource');
  if (kind === 'identity') {
    if (principal) throw new Error(`${where}: a policy of a role must not have ${principal}: the role is meant.`);
    if (!resource) throw new Error(`${where}: a policy of a role needs Resource.`);
    const sid = statement['Sid'];
    if (sid !== undefined && !(typeof sid === 'string' && /^[A-Za-z0-9]*$/.test(sid)))
      throw new Error(`${where}: a Sid is made of letters and digits, not "${String(sid)}".`);
    return;
  }
  if (!principal) throw new Error(`${where}: a ${kind} policy needs Principal: whom it speaks of.`);
  if (kind === 'trust' && resource)
    throw new Error(`${where}: a trust policy must not have ${resource}: its role is meant.`);
  if (kind === 'resource' && !resource) throw new Error(`${where}: a resource policy needs Resource.`);
}

function parseStatement(statement: unknown, where: string, kind: PolicyKind, variables: boolean): Statement {
  if (!isObject(statement)) throw new Error(`${where}: a statement must be an object.`);
  refuseStray(statement, STATEMENT_MEMBERS, where);
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`${where}: Effect must be Allow or Deny.`);
  if ('Action' in statement === 'NotAction' in statement)
    throw new Error(`${where}: exactly one of Action and NotAction is needed.`);
  if ('Resource' in statement && 'NotResource' in statement)
    throw new Error(`${where}: Resource and NotResource exclude each other.`);
  if ('Principal' in statement && 'NotPrincipal' in statement)
    throw new Error(`${where}: Principal and NotPrincipal exclude each other.`);
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
  checkKind(statement, kind, where);
  return {
    effect,
    variables,
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

/** The form of a principal by kind; part of an ARN cannot be a wildcard (IAM User Guide, "Principal"). */
const PRINCIPALS: Readonly<Record<string, RegExp>> = {
  AWS: /^(?:\*|\d{12}|arn:[\w-]+:(?:iam|sts)::\d{12}:[^*?]+|A[A-Z0-9]{15,})$/,
  Service: /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com$/,
  Federated: /./,
  CanonicalUser: /^[0-9a-f]{64}$/,
};

function parsePrincipals(value: unknown, where: string): Principals | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return '*';
  if (!isObject(value))
    throw new Error(`${where} must be "*" or an object such as { Service: "lambda.amazonaws.com" }.`);
  return Object.fromEntries(
    Object.entries(value).map(([kind, listed]) => {
      const names = listOf(listed, `${where}.${kind}`) ?? [];
      const form = PRINCIPALS[kind];
      if (!form)
        throw new Error(`${where}: "${kind}" is no kind of principal; write ${Object.keys(PRINCIPALS).join(', ')}.`);
      const wrong = names.find((name) => !form.test(name));
      if (wrong !== undefined) throw new Error(`${where}.${kind}: "${wrong}" is no principal of this kind.`);
      return [kind, names];
    }),
  );
}

/** An address, or a network as `10.0.0.0/8`; a text with a variable is known only when a request comes. */
function isNetwork(text: string): boolean {
  if (text.includes('${')) return true;
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  return family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)));
}

function parseConditions(value: unknown, where: string): Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw new Error(`${where}: Condition must be an object.`);
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!OPERATORS.test(operator)) throw new Error(`${where}: "${operator}" is no condition operator.`);
    if (!isObject(keys)) throw new Error(`${where}: Condition.${operator} must be an object.`);
    return Object.entries(keys).map(([key, listed]) => {
      const values = listOf(listed, `${where}: Condition.${operator}.${key}`) ?? [];
      const wrong = operator.includes('IpAddress') ? values.find((value) => !isNetwork(value)) : undefined;
      if (wrong !== undefined) throw new Error(`${where}: "${wrong}" is no IP address or network (CIDR).`);
      return { operator, key, values };
    });
  });
}
