/** A place in a JSON document: keys and positions from 0, outermost first. */
export type JsonPath = readonly (string | number)[];

/** What a message says of such an object. The key may be a text of the request: it is not shown. */
export const keyTwice = 'an object has a key twice, and only one of its values would be read. Leave one out.';

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** An object or list that is being read: the keys so far, or the position in the list. */
interface Level {
  readonly keys?: Set<string>;
  at: string | number;
}

/**
 * Finds the first key that an object has twice: `JSON.parse` keeps the last of the two values without a word, and parsers differ in
 * which (RFC 8259, section 4).
 *
 * @param json a text that `JSON.parse` takes
 * @returns the path of the second one; undefined when no object has a key twice
 */
export function repeatedKey(json: string): JsonPath | undefined {
  const levels: Level[] = [];
  let text: string | undefined;
  for (const [found] of json.matchAll(token)) {
    const level = levels.at(-1);
    if (found === '{') levels.push({ keys: new Set(), at: '' });
    else if (found === '[') levels.push({ at: 0 });
    else if (found === '}' || found === ']') levels.pop();
    else if (found === ',') {
      if (typeof level?.at === 'number') level.at += 1;
    } else if (found === ':') {
      const key = JSON.parse(text ?? '""') as string;
      if (level) level.at = key;
      if (level?.keys?.has(key)) return levels.map(({ at }) => at);
      level?.keys?.add(key);
    } else text = found;
  }
  return undefined;
}
