import { testIdOf, testKey } from '#domain/endpoint-tests/suite';
import {
  contentOf,
  keptVersionOf,
  type TestVersion,
  testDigest,
  testVersionSchema,
  versionKey,
  versionPrefix,
} from '#domain/endpoint-tests/versions';
import { TransientError } from '#domain/errors';
import { type Condition, ifAbsent, type StateItem, type StateStore } from '#functions/ports/state-store';

/** Who changes a test, when and why. */
export type Change = Pick<TestVersion, 'at' | 'by' | 'comment'>;

/** How often a change starts again because another writer was faster. Each time, that writer has finished a change. */
const attempts = 20;

/** How many versions are looked through for a content that somebody wrote by hand. */
const lookBack = 10;

/** Repeats a change until no other writer comes between its reads and its write. */
async function untilAlone<T>(id: string, change: () => Promise<T | 'again'>): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const done = await change();
    if (done !== 'again') return done;
  }
  throw new TransientError(`Test ${id} was changed by others ${attempts} times in the meantime. Try again.`);
}

/**
 * Adds a version, unless the newest has this content already: a retry adds nothing. The number of a version is taken once, so two
 * writers get two versions.
 *
 * @param content of the test; undefined for its deletion
 * @param since a version after this one may also have the content already: another writer found it in the table too
 */
function addVersion(
  tests: StateStore,
  endpointName: string,
  id: string,
  content: StateItem | undefined,
  change: Change,
  since?: number,
): Promise<number> {
  const digest = testDigest(endpointName, id, content ?? { deleted: true });
  const held = content === undefined ? { deleted: true } : { test: content };
  return untilAlone(id, async () => {
    const items = await tests.list(endpointName, versionPrefix(id), since === undefined ? 1 : lookBack);
    const recent = items.map((item) => testVersionSchema.parse(item));
    const deletion = recent.findIndex(({ deleted }) => deleted && since !== undefined);
    const same = recent
      .slice(0, deletion < 0 ? recent.length : deletion)
      .find((one) => one.digest === digest && one.version > (since ?? 0));
    if (same) return same.version;
    const version = (recent[0]?.version ?? 0) + 1;
    const item = { id, version, digest, ...change, ...held };
    return (await tests.put(endpointName, versionKey(id, version), item, ifAbsent)) ? version : 'again';
  });
}

/** True while the current test still has the version that was read. */
const ifVersion = (version: unknown): Condition =>
  version === undefined
    ? { expression: 'attribute_exists(pk) AND attribute_not_exists(#v)', names: { '#v': 'version' } }
    : { expression: '#v = :v', names: { '#v': 'version' }, values: { ':v': version } };

/** The version of a current test. A content that nobody kept becomes the next version: somebody wrote it in the console. */
async function versionOf(tests: StateStore, endpointName: string, item: StateItem, at: string): Promise<number> {
  const id = testIdOf(item['sk']);
  const kept = keptVersionOf(endpointName, id, item);
  if (kept !== undefined) return kept;
  const comment = 'written past Tidegate, found in the table';
  const since = typeof item['version'] === 'number' ? item['version'] : 0;
  return addVersion(tests, endpointName, id, contentOf(item), { at, comment }, since);
}

/** The version of a current test, as `versionOf` has it. It is noted in the item, so that the next call finds it there. */
export async function keepVersion(
  tests: StateStore,
  endpointName: string,
  item: StateItem,
  at: string,
): Promise<number> {
  const id = testIdOf(item['sk']);
  const version = await versionOf(tests, endpointName, item, at);
  const digest = testDigest(endpointName, id, contentOf(item));
  if (item['version'] !== version || item['digest'] !== digest) {
    await tests.set(endpointName, testKey(id), { version, digest }, ifVersion(item['version']));
  }
  return version;
}

/** What became of a test that was put: its version, and whether that is new. */
export interface Put {
  readonly version: number;
  readonly changed: boolean;
}

/** What a test must be like to be replaced. The condition says the same as the function, for the moment of writing. */
export interface Guard {
  readonly replaces: (current: StateItem) => boolean;
  readonly condition: Condition;
}

const both = (a: Condition, b: Condition): Condition => ({
  expression: `${a.expression} AND (${b.expression})`,
  names: { ...a.names, ...b.names },
  values: { ...a.values, ...b.values },
});

/**
 * Puts a test, and keeps the former one as a version. The version is written first: a writer that stops halfway loses nothing, and
 * the next one repeats or follows it.
 *
 * @param content the test without its id
 * @param guard says which current test may be replaced; any when it is left out
 * @returns undefined when the guard refuses; then nothing is written
 */
export function putTest(
  tests: StateStore,
  endpointName: string,
  id: string,
  content: StateItem,
  change: Change,
  guard?: Guard,
): Promise<Put | undefined> {
  const digest = testDigest(endpointName, id, content);
  return untilAlone<Put | undefined>(id, async () => {
    const current = await tests.get(endpointName, testKey(id));
    if (current && guard?.replaces(current) === false) return undefined;
    const before = current && (await versionOf(tests, endpointName, current, change.at));
    if (before !== undefined && digest === testDigest(endpointName, id, contentOf(current ?? {}))) {
      return { version: before, changed: false };
    }
    const version = await addVersion(tests, endpointName, id, content, change);
    const unchanged = current ? ifVersion(current['version']) : ifAbsent;
    const condition = current && guard ? both(unchanged, guard.condition) : unchanged;
    const written = await tests.put(endpointName, testKey(id), { ...content, version, digest }, condition);
    return written ? { version, changed: true } : 'again';
  });
}

/** Deletes a test. Its versions stay, and the deletion is one of them. @returns false when there is none */
export function deleteTest(tests: StateStore, endpointName: string, id: string, change: Change): Promise<boolean> {
  return untilAlone(id, async () => {
    const current = await tests.get(endpointName, testKey(id));
    if (!current) return false;
    await versionOf(tests, endpointName, current, change.at);
    await addVersion(tests, endpointName, id, undefined, change);
    return (await tests.remove(endpointName, testKey(id), ifVersion(current['version']))) ? true : 'again';
  });
}
