import { fileNames } from '#domain/runs/drop-name';
import { artifactKeys, type RunPointer, rawQuarantine } from '#domain/runs/layout';
import { type Profile, profileSchema } from '#schemas/records/profile';
import { readRecord } from './read-record.ts';
import type { Target } from './target.ts';

/** The rows of a run's drop by what became of them; undefined while its files are read. */
export const readRows = (target: Pick<Target, 's3' | 'outputs'>, run: RunPointer): Promise<Profile | undefined> =>
  readRecord(target, artifactKeys(run).profile, profileSchema);

const count = (n: number): string => n.toLocaleString('en-US');

/** Where the malformed rows of a run are. */
export const quarantineUri = ({ outputs }: Pick<Target, 'outputs'>, run: RunPointer): string =>
  `s3://${outputs.RawBucketName}/${rawQuarantine(run)}`;

/** The rows of a run's drop by what became of them, for programs: rows = used + malformed + deduplicated + inGaps + seenBefore. */
export function summarizeRows(target: Pick<Target, 'outputs'>, run: RunPointer, profile: Profile) {
  const { rows, sides, malformed, deduplicated = 0, inGaps = 0, seenBefore = 0, blankFiles = [] } = profile;
  return {
    rows,
    used: sides.train.rows + sides.validation.rows + sides.test.rows,
    malformed: malformed.rows,
    deduplicated,
    inGaps,
    ...(seenBefore > 0 ? { seenBefore } : {}),
    ...(malformed.rows > 0 ? { quarantine: quarantineUri(target, run) } : {}),
    ...(blankFiles.length > 0 ? { blankFiles } : {}),
  };
}

/** The same for people. */
export function describeRows(target: Pick<Target, 'outputs'>, run: RunPointer, profile: Profile): string {
  const summary = summarizeRows(target, run, profile);
  const { rows, used, malformed, deduplicated, inGaps, seenBefore, quarantine, blankFiles } = summary;
  const gaps = inGaps === 0 ? '' : `, ${count(inGaps)} in the gaps between the sides`;
  const same = deduplicated === 0 ? '' : `, ${count(deduplicated)} left out because others are the same`;
  const seen = seenBefore === undefined ? '' : `, ${count(seenBefore)} that the model before was trained on`;
  const lines = [
    `${count(rows)} rows: ${count(used)} used, ${count(malformed)} malformed${same}${gaps}${seen}`,
    ...(quarantine === undefined ? [] : [`the malformed ones are in ${quarantine}`]),
    ...(blankFiles === undefined ? [] : [`without rows: ${fileNames(blankFiles)}`]),
  ];
  return lines.join('\n');
}
