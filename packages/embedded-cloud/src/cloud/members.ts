import type { RequestMembers } from './request-members.ts';
import { AwsError, type PreparedCall } from './service.ts';

/** Members of a request by name, with the members inside them; none inside stands for a plain value. */
export interface MemberTree {
  readonly [member: string]: MemberTree;
}

const parsed = new Map<string, MemberTree>();

/** Reads `Name Tags{Key Value}`. @throws Error for braces that do not match */
export function parseMembers(text: string): MemberTree {
  const tree = parsed.get(text) ?? readMembers(text);
  parsed.set(text, tree);
  return tree;
}

function readMembers(text: string): MemberTree {
  const root: Record<string, MemberTree> = {};
  const open: Record<string, MemberTree>[] = [root];
  let last: Record<string, MemberTree> = root;
  for (const [token] of text.matchAll(/[\w.-]+|[{}]/g)) {
    if (token === '{') open.push(last);
    else if (token === '}') open.pop();
    else {
      last = {};
      const inside = open.at(-1);
      if (inside) inside[token] = last;
    }
  }
  if (open.length !== 1) throw new Error(`The braces of "${text}" do not match.`);
  return root;
}

/** Whether a member says nothing: it is absent, empty or false. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  value === 'false' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * The members that a request gives, AWS knows, and no one acts on: `Targets.SqsParameters`. What AWS does not know is ignored,
 * as AWS does; so is a member that is empty or false.
 * @param known AWS's members; undefined when every name counts
 */
export function unreadMembers(input: unknown, known: MemberTree | undefined, read: MemberTree, path = ''): string[] {
  if (Array.isArray(input)) return [...new Set(input.flatMap((item) => unreadMembers(item, known, read, path)))];
  if (typeof input !== 'object' || input === null) return [];
  return Object.entries(input).flatMap(([member, value]) => {
    const inside = known && Object.hasOwn(known, member) ? known[member] : undefined;
    if ((known && inside === undefined) || isEmpty(value)) return [];
    const at = path === '' ? member : `${path}.${member}`;
    const acted = Object.hasOwn(read, member) ? read[member] : undefined;
    if (acted === undefined) return [at];
    return Object.keys(acted).length === 0 ? [] : unreadMembers(value, inside, acted, at);
  });
}

/**
 * Refuses a request with an option that would be dropped without a word.
 * @param known operation → AWS's members, as `reads` has them
 * @throws AwsError that names the members; Error for an operation without an entry
 */
export function refuseUnread(
  members: RequestMembers,
  known: Readonly<Record<string, string>>,
  { operation, input }: Pick<PreparedCall, 'operation' | 'input'>,
): void {
  const read = members.reads[operation];
  const all = known[operation];
  if (read === undefined || all === undefined)
    throw new Error(
      `${members.model} ${operation} has no list of members: add it to members.ts and run npm run service-model.`,
    );
  const inert = members.inert ?? {};
  const unread = unreadMembers(input, parseMembers(all), parseMembers(read)).filter(
    (path) => !Object.hasOwn(inert, path),
  );
  if (unread.length === 0) return;
  const [code, status] = members.refusal ?? ['ValidationException', 400];
  throw new AwsError(
    code,
    `${operation}: the embedded cloud does not support ${unread.join(', ')}. Leave it out.`,
    status,
  );
}
