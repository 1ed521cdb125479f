import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type MemberTree, parseMembers, refuseUnread, unreadMembers } from '#src/cloud/members';
import { AwsError } from '#src/cloud/service';
import { emulatedMembers } from '#src/contract/emulated-members';
import { knownMembers } from '#src/service-model/request-members';

const sources = fileURLToPath(new URL('../../src', import.meta.url));
const FOLDERS: Readonly<Record<string, string>> = { events: 'eventbridge' };

const textOf = (folder: string): string =>
  readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return textOf(path);
      return /\.[tj]s$/.test(entry.name) && entry.name !== 'members.ts' ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');

const dynalite = dirname(createRequire(import.meta.url).resolve('dynalite/db'));

/** The sources that act on a service's members. */
const actingText = (model: string): string => {
  const own = textOf(join(sources, FOLDERS[model] ?? model));
  if (model === 'dynamodb')
    return own + textOf(join(dynalite, '../validations')) + textOf(join(dynalite, '../actions'));
  // Rules and schedules share how targets are called.
  return model === 'scheduler' ? own + textOf(join(sources, 'eventbridge')) : own;
};

const paths = (tree: MemberTree, at = ''): string[] =>
  Object.entries(tree).flatMap(([member, inside]) => {
    const path = at === '' ? member : `${at}.${member}`;
    return [path, ...paths(inside, path)];
  });

/** An input that gives one member alone. */
const inputWith = (path: string): unknown =>
  path
    .split('.')
    .reverse()
    .reduce<unknown>((value, member) => ({ [member]: value }), 'x');

const kebab = (member: string): string =>
  member.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();

/** As the REST protocols write a member: `part-number`, `partNumber`, `PartNumber`. */
const spellings = (member: string): string[] => [
  member,
  member.charAt(0).toLowerCase() + member.slice(1),
  // S3: a checksum by the name of its algorithm, a header to answer with by its own name.
  member.replace(/^Checksum(?=[A-Z0-9]{3,})/, ''),
  kebab(member.replace(/^Response(?=.)/, '')),
  kebab(member),
];

describe.each(emulatedMembers.map((members) => [members.model, members] as const))('%s', (model, members) => {
  const known = knownMembers[model] ?? {};

  test('acts on members that AWS has, and on all that AWS requires to be there', () => {
    for (const [operation, read] of Object.entries(members.reads)) {
      const all = paths(parseMembers(known[operation] ?? ''));
      expect(
        paths(parseMembers(read)).filter((path) => !all.includes(path)),
        operation,
      ).toEqual([]);
    }
    const everywhere = Object.values(known).flatMap((text) => paths(parseMembers(text)));
    expect(Object.keys(members.inert ?? {}).filter((path) => !everywhere.includes(path))).toEqual([]);
  });

  test('refuses every other member by name', () => {
    for (const [operation, read] of Object.entries(members.reads)) {
      const all = parseMembers(known[operation] ?? '');
      const acted = parseMembers(read);
      for (const path of paths(all)) {
        const input = inputWith(path);
        const [unread] = unreadMembers(input, all, acted);
        if (unread === undefined || Object.hasOwn(members.inert ?? {}, unread)) continue;
        const refused = () => refuseUnread(members, known, { operation, input });
        expect(refused, `${operation} ${path}`).toThrow(AwsError);
        expect(refused).toThrow(`${operation}: the embedded cloud does not support ${unread}. Leave it out.`);
      }
    }
  });

  test('names in its sources every member that it says it acts on', () => {
    const text = actingText(model);
    const names = new Set(Object.values(members.reads).flatMap((read) => read.match(/\w+/g) ?? []));
    const unnamed = [...names].filter(
      (name) => !spellings(name).some((spelling) => new RegExp(`(?<![\\w])${spelling}(?![\\w])`).test(text)),
    );
    expect(unnamed).toEqual([]);
  });
});

describe('members of a request', () => {
  const known = parseMembers('Name Tags{Key Value} Mode Inner{A B{C}}');
  const read = parseMembers('Name Tags Inner{A}');

  test('are refused where nothing acts on them, at any depth and once for all items of a list', () => {
    expect(unreadMembers({ Name: 'n', Mode: 'x' }, known, read)).toEqual(['Mode']);
    expect(unreadMembers({ Inner: [{ B: { C: 1 } }, { A: 1, B: { C: 2 } }] }, known, read)).toEqual(['Inner.B']);
    expect(unreadMembers({ Tags: [{ Key: 'k', Value: 'v' }] }, known, read)).toEqual([]);
  });

  test('pass when they are empty, false, or unknown to AWS', () => {
    for (const value of [undefined, null, '', false, 'false', [], {}]) {
      expect(unreadMembers({ Mode: value }, known, read)).toEqual([]);
    }
    expect(unreadMembers({ Unheard: 1, toString: 1 }, known, read)).toEqual([]);
    expect(unreadMembers({ Mode: 0 }, known, read)).toEqual(['Mode']);
  });

  test('cannot be written with braces that do not match', () => {
    expect(() => parseMembers('Name Tags{Key')).toThrow('do not match');
  });

  test('of an operation without a list are a defect, not a request to pass', () => {
    expect(() => refuseUnread({ model: 'm', reads: {} }, {}, { operation: 'Do' })).toThrow(
      'm Do has no list of members',
    );
  });
});
