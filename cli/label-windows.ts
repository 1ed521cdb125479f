import { bounded } from '#domain/data/shown';
import { outcomeItems } from '#domain/outcomes/layout';
import { describeTruth } from '#domain/outcomes/truth';
import { artifactKeys } from '#domain/runs/layout';
import { formatNumber } from '#domain/text/format-number';
import { unreachable } from '#domain/unreachable';
import type { Severity } from '#schemas/records/drift-history';
import { goldenSchema } from '#schemas/records/golden';
import { type LabelMeasure, type LabelWindow, labelWindowSchema } from '#schemas/records/label-window';
import { listItems } from './model-versions.ts';
import { red, table, yellow } from './output.ts';
import { readRecord } from './read-record.ts';
import type { Target } from './target.ts';

/** The label of a measure: a slice by its value, where the run still tells it. */
export type NameOf = (runId: string, measure: LabelMeasure) => string;

const range = ({ value, low, high }: LabelMeasure): string =>
  `${formatNumber(value)}${low === undefined || high === undefined ? '' : ` (${formatNumber(low)} to ${formatNumber(high)})`}`;

/** Measures of a finding in the table, at most. */
const mostMeasures = 6;

/** What labels say of the models, the newest window first: a line for each finding, and one for each of its measures. */
export function labelsTable(windows: readonly LabelWindow[], nameOf: NameOf): string {
  return table(
    ['PREDICTIONS', 'MODEL', 'LABELS', 'CHECK', 'FINDING'],
    windows.flatMap(({ from, to, models }) =>
      models.flatMap(({ runId, modelPackageVersion, rows, judged, reason, findings, truth }) => {
        const first = [`${from} to ${to}`, `version ${modelPackageVersion}`, String(rows)];
        const line = (check: string, text: string): string[] => [...first, check, text];
        const next = (text: string): string[] => ['', '', '', '', text];
        if (!judged) return [line('', `not judged: ${reason}`)];
        const told = truth && describeTruth(truth, undefined);
        return [
          ...findings.flatMap((own) => [
            line(own.check, severityText(own.severity, own.reason)),
            ...own.measures
              .slice(0, mostMeasures)
              .map((measure) =>
                next(
                  `  ${nameOf(runId, measure)} ${range(measure)}${measure.holdout === undefined ? '' : `, holdout ${formatNumber(measure.holdout)}`}`,
                ),
              ),
          ]),
          ...(told === undefined ? [] : [line('estimate', told)]),
        ];
      }),
    ),
  );
}

/** A finding with its severity. */
export const severityText = (severity: Severity, text: string): string => {
  switch (severity) {
    case 'none':
      return text;
    case 'note':
      return `note: ${text}`;
    case 'warning':
      return yellow(`warning: ${text}`);
    case 'critical':
      return red(`critical: ${text}`);
    default:
      return unreachable(severity, 'severity');
  }
};

/** What labels say by window, the newest first. */
export async function readLabelWindows(target: Target, pipeline: string): Promise<LabelWindow[]> {
  const items = await listItems(target, target.outputs.StateTableName, pipeline, outcomeItems.windows);
  return items.map((item) => labelWindowSchema.parse(item)).toSorted((a, b) => (a.from < b.from ? 1 : -1));
}

/** How slices are named: their values are kept with the run alone, so that they go with it. */
export async function readGroupNames(
  target: Target,
  pipeline: string,
  windows: readonly LabelWindow[],
): Promise<NameOf> {
  const sliced = windows.flatMap(({ models }) =>
    models.filter(({ findings }) => findings.some(({ measures }) => measures.some(({ group }) => group !== undefined))),
  );
  const names = new Map<string, Map<string, readonly string[]>>();
  for (const runId of new Set(sliced.map((own) => own.runId))) {
    const golden = await readRecord(target, artifactKeys({ pipeline, runId }).golden, goldenSchema);
    names.set(runId, new Map((golden?.slices ?? []).map(({ column, values }) => [column, values])));
  }
  return (runId, { name, group }) => {
    if (!group) return name;
    const value = names.get(runId)?.get(group.column)?.[group.group];
    return `${group.column} ${value === undefined ? `group ${group.group + 1}` : `= ${bounded(value, 40)}`}: ${name}`;
  };
}
