import type { DatasetSettings } from '#domain/data/settings';
import type { Profile } from '#schemas/records/profile';

/**
 * Warns where several labels count as 0 because the pipeline names only the positive ones: a positive one in another spelling is
 * among them. No label is shown.
 */
export const labelWarnings = (
  { label }: Pick<DatasetSettings, 'label'>,
  { onlyNegative }: Pick<Profile, 'onlyNegative'>,
): string[] =>
  onlyNegative === null
    ? [
        `Column "${label.column}" has several labels that count as 0, because the pipeline names only the positive ones. ` +
          'A positive one in another spelling would be among them: name the others in dataset.label.negative.',
      ]
    : [];
