import type { Explained, ExplainedCase } from '#schemas/records/explanation';
import type { Task } from '#schemas/records/task';

const caseOf = (kind: ExplainedCase['kind'], score: number, of?: string): ExplainedCase => ({
  kind,
  score,
  ...(of === undefined ? {} : { class: of }),
  expected: -1.5,
  contributions: [
    { column: 'income', value: 31_000, part: 0.8 },
    { column: 'home', value: 'RENT <b>', part: -0.3 },
    { column: 'dti', value: null, part: 0.1 },
    { column: 'income × dti', part: 0.05 },
  ],
  others: { columns: 2, part: -0.02 },
});

const parts = [-0.9, -0.2, 0.1, 0.1, 0.9];

/** An explanation with a number, a column of categories, and an interaction whose values are not known. */
export function sampleExplanation(task: Task): Explained {
  const classes = task === 'multiclass' ? ['low', 'mid', 'high'] : [];
  const meanOf = (size: number) => (classes.length > 0 ? classes.map((_, i) => size / (i + 1)) : [size]);
  const all = ['income', 'home', 'income × dti', ...Array.from({ length: 20 }, (_, i) => `column ${i}`)];
  return {
    version: 1,
    status: 'explained',
    unit: task === 'regression' ? 'value' : task === 'binary' ? 'log-odds' : 'log of the relative probability',
    rows: 500,
    holdoutRows: 3000,
    classes,
    columns: all.map((column, i) => ({ column, mean: meanOf(0.6 / (i + 1)) })),
    points:
      classes.length > 0
        ? []
        : [
            { column: 'income', parts, values: [52_000, 40_000, 30_000, null, 11_000], ranks: [1, 0.75, 0.5, null, 0] },
            {
              column: 'home',
              parts,
              values: ['OWN', 'OWN', 'RENT <b>', 'RENT <b>', null],
              ranks: parts.map(() => null),
            },
            { column: 'income × dti', parts, values: parts.map(() => null), ranks: parts.map(() => null) },
          ],
    cases: [
      caseOf('typical', 0.2, classes[0]),
      caseOf('typical', 0.4, classes[1]),
      caseOf('lowest', 0.01, classes[0]),
      caseOf('highest', 0.97, classes[2]),
    ],
  };
}
