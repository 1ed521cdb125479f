import type { Finding, ShardSearch } from '#schemas/records/personal-data';

const severity: readonly Finding['outcome'][] = ['allowed', 'warned', 'refused'];
const shownExamples = 3;

/** Adds up what was found in several shards, by column and kind. */
export function mergeSearches(searches: readonly ShardSearch[]): ShardSearch {
  const merged = new Map<string, Finding>();
  for (const finding of searches.flatMap(({ findings }) => findings)) {
    const key = JSON.stringify([finding.column, finding.kind]);
    const before = merged.get(key);
    if (!before) {
      merged.set(key, finding);
      continue;
    }
    const [examined, found] = [before.examined + finding.examined, before.found + finding.found];
    merged.set(key, {
      ...before,
      examined,
      found,
      share: found / examined,
      examples: [...new Set([...before.examples, ...finding.examples])].slice(0, shownExamples),
      outcome: severity[Math.max(severity.indexOf(before.outcome), severity.indexOf(finding.outcome))] ?? 'refused',
    });
  }
  return {
    columns: Math.max(0, ...searches.map(({ columns }) => columns)),
    values: searches.reduce((sum, { values }) => sum + values, 0),
    findings: [...merged.values()],
  };
}
