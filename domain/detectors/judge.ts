import { PersonalDataError } from '#domain/errors';
import { formatCount, formatPercent } from '#domain/text/format-number';
import type { Finding } from '#schemas/records/personal-data';
import type { Suspicion } from './examine-column.ts';
import type { PersonalDataSettings } from './settings.ts';

/** Kinds that are only a hint: they never stop a run. */
const onlyHints: readonly Finding['by'][] = ['range'];
/** The kind of a category that is almost never the same twice. */
export const almostUnique = { kind: 'unique', plural: 'identifiers, almost all different' } as const;

/** What follows from a suspicion. */
export const judged = (
  suspicion: Suspicion,
  { undeclared, allow }: Pick<PersonalDataSettings, 'undeclared' | 'allow'>,
): Finding => {
  if (allow.includes(suspicion.column) || undeclared === 'allow') return { ...suspicion, outcome: 'allowed' };
  const isHint = onlyHints.includes(suspicion.by) || suspicion.kind === almostUnique.kind;
  return { ...suspicion, outcome: undeclared === 'refuse' && !isHint ? 'refused' : 'warned' };
};

/** A finding in a sentence without its subject: `looks like e-mail addresses in 97 % of 1,000 values (j***@***)`. */
export function describeFinding({
  plural,
  share,
  examined,
  examples,
  by,
}: Omit<Finding, 'outcome' | 'column'>): string {
  const shown = examples.length === 0 ? '' : ` (${examples.join(', ')})`;
  const reason = by === 'name' ? ', and so does its name' : by === 'range' ? ', by the years they span' : '';
  return `looks like ${plural} in ${formatPercent(share)} of ${formatCount(examined)} values${shown}${reason}`;
}

/** At most this many findings are in a message: the report of a pipeline that warns lists all. */
const mostNamed = 5;

/** @throws PersonalDataError naming the column, the kind, the share and masked examples of what is refused */
export function refusePersonalData(findings: readonly Finding[], place: string, after: string): void {
  const refused = findings.filter(({ outcome }) => outcome === 'refused');
  if (refused.length === 0) return;
  const named = refused.slice(0, mostNamed).map((finding) => `column "${finding.column}" ${describeFinding(finding)}`);
  if (refused.length > mostNamed) named.push(`and ${formatCount(refused.length - mostNamed)} more`);
  throw new PersonalDataError(`${place}: ${named.join('; ')}. ${after}`);
}
