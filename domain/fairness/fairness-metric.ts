/** Weights of rows by observed and predicted label, where positive is the favourable outcome. */
export interface Cells {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** The same thing of both facets: `a` is the advantaged one, `d` the disadvantaged one, as in the formulas. */
export interface Facets<Thing> {
  readonly a: Thing;
  readonly d: Thing;
}

/** The sums of one pass over the rows. */
export interface FairnessTally {
  readonly cells: Facets<Cells>;
  /** Rows by observed label: classes, or below and above the threshold. */
  readonly labels: Facets<readonly number[]>;
  /** The cells of each group of the group variable; empty without one. */
  readonly groups: readonly Facets<Cells>[];
  /** Rows of the disadvantaged facet whose nearest rows of the advantaged one were looked up; 0 where none was. */
  readonly flips: { readonly rows: number; readonly positive: number; readonly negative: number };
}

/** The full definition of one bias metric of SageMaker Clarify. */
export interface FairnessMetric {
  /** Its short name in Clarify, in the pipeline YAML and in stored records. */
  readonly name: string;
  /** Its long name in Clarify. */
  readonly label: string;
  /** Whether it is of the labels alone, or of the model's predictions. */
  readonly stage: 'pre-training' | 'post-training';
  readonly formula: string;
  /** The page of the Amazon SageMaker AI Developer Guide that defines it, or the paper. */
  readonly source: string;
  /** Least and greatest value it can take. */
  readonly range: readonly [low: number, high: number];
  /** Its value where both facets are treated the same. */
  readonly fair: number;
  /** What its values mean, in one plain sentence. */
  readonly meaning: string;
  /** What it needs beside facets, labels and predictions. */
  readonly needs?: 'group' | 'neighbours';
  /** NaN where the rows do not define it. */
  measure(tally: FairnessTally): number;
  /** An example gate on it in the pipeline YAML. */
  readonly example: { readonly fairness: Readonly<Record<string, unknown>> };
}

export const rowsOf = ({ truePositives, falsePositives, falseNegatives, trueNegatives }: Cells): number =>
  truePositives + falsePositives + falseNegatives + trueNegatives;
/** Rows whose label is favourable. */
export const observed = ({ truePositives, falseNegatives }: Cells): number => truePositives + falseNegatives;
/** Rows whose predicted label is favourable. */
export const predicted = ({ truePositives, falsePositives }: Cells): number => truePositives + falsePositives;
/** Rows whose predicted label is not favourable. */
export const rejected = ({ falseNegatives, trueNegatives }: Cells): number => falseNegatives + trueNegatives;
/** Rows whose label is not favourable. */
export const unfavourable = ({ falsePositives, trueNegatives }: Cells): number => falsePositives + trueNegatives;

/** a / b as in smclarify 0.5: 0 where both are 0. Where only b is 0 it is infinite there, and not defined here. */
export const divide = (a: number, b: number): number => (b === 0 ? (a === 0 ? 0 : Number.NaN) : a / b);

/** A share within a facet; a facet without rows has none. */
export const shareOf = (part: (cells: Cells) => number, cells: Cells): number => part(cells) / rowsOf(cells);
