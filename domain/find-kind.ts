/**
 * The kind of a registry that has this name. Fails closed: what no registry lists has no rule, so nothing may go on with it.
 *
 * @param what the concept in words, for the message
 * @throws TypeError naming the concept, the name and the kinds there are
 */
export function findKind<K extends { readonly name: string }>(kinds: readonly K[], name: string, what: string): K {
  const found = kinds.find((kind) => kind.name === name);
  if (found) return found;
  throw new TypeError(`There is no ${what} "${name}"; known: ${kinds.map((kind) => kind.name).join(', ')}.`);
}
