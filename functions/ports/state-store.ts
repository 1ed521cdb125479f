/** An item of a table: partition key `pk` (the pipeline), sort key `sk` (`lease`, `champion`, `run#<id>` …). */
export type StateItem = Readonly<Record<string, unknown>>;

/** A condition on the stored item, in DynamoDB's expression language. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The operations of one table that Tidegate uses. Reads are strongly consistent. */
export interface StateStore {
  get(pk: string, sk: string): Promise<StateItem | undefined>;
  /** @returns false when the condition did not hold; then nothing is written. */
  put(pk: string, sk: string, item: StateItem, condition?: Condition): Promise<boolean>;
  /** Sets the given attributes. @returns false when the condition did not hold. */
  set(pk: string, sk: string, attributes: StateItem, condition?: Condition): Promise<boolean>;
  /** @returns false when the condition did not hold. */
  remove(pk: string, sk: string, condition?: Condition): Promise<boolean>;
  /** Items whose sort key starts with a prefix, newest (highest) first: all, or at most `limit`. */
  list(pk: string, skPrefix: string, limit?: number): Promise<StateItem[]>;
}

/** True when the item does not exist. */
export const ifAbsent: Condition = { expression: 'attribute_not_exists(pk)' };
/** True when the attribute has the value. */
export const ifEquals = (attribute: string, value: unknown): Condition => ({
  expression: '#c = :c',
  names: { '#c': attribute },
  values: { ':c': value },
});
