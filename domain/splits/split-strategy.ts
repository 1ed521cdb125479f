import type { SplitRule } from '#schemas/records/sides';
import type { Shares } from './side.ts';

/** Runs one statement of DuckDB: `SqlEngine.query` of `domain/data`. */
export type Query = (task: string, sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** What a strategy divides. */
export interface DivideInput {
  /**
   * A relation with one row for each kind of rows of a shard: `_group` (UBIGINT), `_key` (see `rowKeySql`), `class` (0 for
   * regression), `_time` (where the data has one), and `rows`, how many there are.
   */
  readonly groups: string;
  readonly shares: Shares;
  /** Number of classes; 1 for regression. */
  readonly classes: number;
  /** Names of the classes for messages; empty for regression. */
  readonly gap?: string | undefined;
}

/** A rule as `sides.json` stores it, with the name of its strategy. */
interface StoredRule {
  readonly strategy: string;
}

/** How rows were divided. */
export interface Division<Rule extends StoredRule = SplitRule> {
  readonly rule: Rule;
  /** A relation `_group`, `side` of the groups whose side is not that of the rule; undefined when none can be. */
  readonly placed?: string | undefined;
  readonly groups: number;
  readonly mixed: number;
}

/** A strategy of `split`. */
export interface SplitStrategy<Rule extends StoredRule = never> {
  /** Its name in the pipeline YAML and in `sides.json`. */
  readonly name: Rule['strategy'];
  /** How it divides rows, in one sentence. */
  readonly summary: string;
  readonly example: Readonly<Record<string, unknown>>;
  /** Whether the pipeline must name `dataset.time`. */
  readonly needsTime: boolean;
  /** @throws DataQualityError when the rows cannot be divided so */
  divide(query: Query, input: DivideInput): Promise<Division<Rule>>;
  /** SQL of a clean row's side by the rule alone, over `_key`, `_label` and `_time`; NULL for a row in a gap. */
  sideSql(rule: Rule): string;
}
