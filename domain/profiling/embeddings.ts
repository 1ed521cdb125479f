/** Fewer numbered columns of numbers may well be single measurements. */
const LEAST_COLUMNS = 32;

/** A column as it is proposed. */
interface ProposedColumn {
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * The embeddings that names suggest: many columns of numbers with one name and the places 0, 1, 2 and so on, or from 1. Each with the pattern of
 * its columns (`dataset.embeddings`), which no other column fits.
 */
export function suggestEmbeddings(
  columns: readonly ProposedColumn[],
  others: readonly string[],
): Record<string, string> {
  const isInput = ({ value }: ProposedColumn): boolean => value['role'] === 'feature' && value['type'] === 'number';
  const numbered = Map.groupBy(columns.filter(isInput), ({ name }) => /^(.*\D)\d+$/s.exec(name)?.[1]);
  const taken = new Set([...others, ...columns.map(({ name }) => name)]);
  const found: Record<string, string> = {};
  for (const [prefix, own] of numbered) {
    if (prefix === undefined || prefix.includes('*') || own.length < LEAST_COLUMNS) continue;
    const places = new Set(own.map(({ name }) => Number(name.slice(prefix.length))));
    const first = Math.min(...places);
    const isCounted = first <= 1 && places.size === own.length && Math.max(...places) === first + own.length - 1;
    const isAlone = columns.filter(({ name }) => name.startsWith(prefix)).length === own.length;
    const name = prefix.replace(/[\s_.[-]+$/, '') || 'embedding';
    if (isCounted && isAlone && !taken.has(name)) found[name] = `${prefix}*`;
  }
  return found;
}
