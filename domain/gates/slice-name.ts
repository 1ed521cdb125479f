import type { SliceGroups } from '#schemas/records/golden';
import type { SliceGroup } from '#schemas/records/slices';

/**
 * A group in messages: by its value where the pipeline's file names it, by its bin, else by its place. Values of files are not shown.
 */
export const sliceName = (
  columns: readonly SliceGroups[],
  of: readonly SliceGroup[],
  shownBy = (own: SliceGroups): boolean => (own.named ?? own.edges ?? own.unit) !== undefined,
): string =>
  of
    .map(({ column, group }) => {
      const own = columns.find((one) => one.column === column);
      const value = own && shownBy(own) ? own.values[group] : undefined;
      return value === undefined ? `${column} group ${group + 1}` : `${column} ${value}`;
    })
    .join(' and ');
