import { unnamedLabel } from '#domain/data/label';
import type { DatasetSettings } from '#domain/data/settings';
import { formatCount } from '#domain/text/format-number';
import type { Profile } from '#schemas/records/profile';

const unnamed: readonly string[] = Object.values(unnamedLabel);

/**
 * Warns of labels that may be lost for want of a name. Where the pipeline names only the positive ones, all others count as 0, and a
 * positive one in another spelling is among them. Where it names all, rows with another label are malformed. No label is shown.
 */
export function labelWarnings(
  { label }: Pick<DatasetSettings, 'label'>,
  { onlyNegative, malformed }: Pick<Profile, 'onlyNegative' | 'malformed'>,
): string[] {
  const rows = malformed.reasons
    .filter(({ column, reason }) => column === label.column && unnamed.includes(reason))
    .reduce((sum, { count }) => sum + count, 0);
  return [
    ...(onlyNegative === null
      ? [
          `Column "${label.column}" has several labels that count as 0, because the pipeline names only the positive ones. ` +
            'A positive one in another spelling would be among them: name the others in dataset.label.negative.',
        ]
      : []),
    ...(rows > 0
      ? [
          `Column "${label.column}" has a label that the pipeline does not name in ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}, ` +
            'which no model learned from. The list of malformed rows says where: name the label under dataset.label if it should count.',
        ]
      : []),
  ];
}
