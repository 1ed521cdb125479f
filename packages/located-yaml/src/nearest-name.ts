/** Edit distance with adjacent swaps (optimal string alignment), in characters. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1] ?? [];
      const substitution = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/**
 * The nearest candidate: equal but for case, blanks, `-` and `_`, or at most a third of the letters away.
 * Undefined when none is near.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const plain = (s: string) => s.toLowerCase().replace(/[\s_-]/g, '');
  const scored = candidates.map((candidate) => ({ candidate, score: distance(plain(name), plain(candidate)) }));
  const best = scored.toSorted((a, b) => a.score - b.score)[0];
  return best && best.score <= Math.max(1, Math.floor(plain(name).length / 3)) ? best.candidate : undefined;
}
