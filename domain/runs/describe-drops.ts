import { formatCount } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { DropRecord } from '#schemas/records/run';

/** Drops that are named; the rest are only counted. */
const shown = 20;

/** The drops of a run that reads several, the newest first, in words; undefined for a run that reads its own alone. */
export function describeDrops({
  drops = [],
  refusedDrops = 0,
}: Pick<DropRecord, 'drops' | 'refusedDrops'>): string | undefined {
  if (drops.length === 0 && refusedDrops === 0) return undefined;
  const names = drops.toReversed().map(({ drop, objects }) => `${drop} (${counted(objects, 'object')})`);
  const more = names.length > shown ? ` and ${formatCount(names.length - shown)} more` : '';
  const left = refusedDrops === 0 ? '' : `; ${counted(refusedDrops, 'refused drop')} left out`;
  const all =
    names.length === 0
      ? 'the newest drop'
      : `${counted(names.length, 'drop')}: ${names.slice(0, shown).join(', ')}${more}`;
  return `${all}${left}`;
}
