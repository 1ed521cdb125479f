/**
 * The kind with this name in a registry. Fails closed: an unknown name has no rule, so it is an error.
 *
 * @param what the concept in words, for the message
 * @throws TypeError naming the concept, the name and the known kinds
 */
export function findKind<K extends { readonly name: string }>(kinds: readonly K[], name: string, what: string): K {
  const found = kinds.find((kind) => kind.name === name);
  if (found) return found;
  throw new TypeError(`There is no ${what} "${name}"; known: ${kinds.map((kind) => kind.name).join(', ')}.`);
}
