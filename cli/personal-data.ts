import { describeFinding } from '#domain/detectors/judge';
import type { PersonalData } from '#schemas/records/personal-data';
import { yellow } from './output.ts';

/** One line for each column of a run's drop that looked personal and was let pass. Examples are masked. */
export const describeWarnings = (record: Pick<PersonalData, 'findings'> | undefined): string[] =>
  (record?.findings ?? [])
    .filter(({ outcome }) => outcome === 'warned')
    .map((finding) => `${yellow('warning')}: column "${finding.column}" ${describeFinding(finding)}`);
