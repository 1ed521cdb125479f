import { counted } from '#domain/text/numbers';
import type { DropDrift } from '#schemas/records/baseline';

/** Columns that are named at most: the warnings are shown in the verdict, the report and Slack. */
const mostNamed = 20;

/** One sentence on how a drop differs from the data that the champion was trained on; none where it does not. */
export function dropDriftWarnings(drift: DropDrift | undefined): string[] {
  if (!drift?.drifted) return [];
  const { driftedColumns, champion, coverage, together } = drift;
  const more = driftedColumns.length - mostNamed;
  const names = driftedColumns.slice(0, mostNamed).map((column) => `"${column}"`);
  const list = names.length === 0 ? '' : `: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const all = together?.drifted ? ` All columns together drifted: ${together.reason}` : '';
  return [
    `The drop differs from the data that ${champion} was trained on: ${driftedColumns.length} of ${counted(coverage.watched, 'column')} drifted${list}.${all}`,
  ];
}
