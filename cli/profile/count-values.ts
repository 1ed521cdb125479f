import { asNumber, type SqlEngine } from '#domain/data/engine';
import { type Histogram, intervals, mostShown } from '#domain/profiling/distribution';
import type { ReadColumn } from '#domain/profiling/label';
import type { RoleProposal } from '#domain/profiling/roles';
import { double, ident } from '#domain/sql/literals';
import { valuesTable } from './measure.ts';

/** Histograms of the columns of numbers and times, between the 2nd and the 98th percentile. */
export async function countHistograms(
  engine: SqlEngine,
  columns: readonly ReadColumn[],
): Promise<ReadonlyMap<string, Histogram>> {
  const task = 'count values';
  const found = new Map<string, Histogram>();
  for (const { facts, kind } of columns) {
    if (kind.kind !== 'number' && kind.kind !== 'datetime') continue;
    if (facts.distinct <= mostShown) continue;
    const name = ident(facts.name);
    const value = kind.kind === 'number' ? name : `CAST(epoch_ms(${name}) AS DOUBLE)`;
    const known = `(SELECT ${value} AS v FROM ${valuesTable} WHERE ${name} IS NOT NULL)`;
    const [range] = await engine.query(
      task,
      `SELECT quantile_cont(v, 0.02) AS low, quantile_cont(v, 0.98) AS high FROM ${known}`,
    );
    const [low, high] = [Number(range?.['low'] ?? 0), Number(range?.['high'] ?? 0)];
    if (!(high > low)) continue;
    const at = `least(${intervals - 1}, greatest(0, CAST(floor((v - ${double(low)}) / ${double((high - low) / intervals)}) AS INTEGER)))`;
    const rows = await engine.query(task, `SELECT ${at} AS i, count(*) AS n FROM ${known} GROUP BY 1`);
    const counts = Array.from({ length: intervals }, () => 0);
    for (const row of rows) counts[asNumber(row['i'])] = asNumber(row['n']);
    found.set(facts.name, { low, high, counts });
  }
  return found;
}

/** Rows that have the same model inputs as an earlier one. */
export async function countDuplicates(engine: SqlEngine, roles: readonly RoleProposal[]): Promise<number> {
  const inputs = roles.filter(({ use, spec }) => use === 'column' && spec['role'] === 'feature');
  if (inputs.length === 0) return 0;
  const row = `hash(${inputs.map(({ name }) => `coalesce(CAST(${ident(name)} AS VARCHAR), '')`).join(', ')})`;
  const [counts] = await engine.query(
    'count duplicates',
    `SELECT count(*) - count(DISTINCT ${row}) AS duplicates FROM ${valuesTable}`,
  );
  return asNumber(counts?.['duplicates']);
}
