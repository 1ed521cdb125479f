/** A column of the clean rows as drift checks see it. */
export interface CleanColumnView {
  /** Its name in the pipeline's file. */
  readonly column: string;
  readonly kind: 'number' | 'category';
  /** The column of the clean rows that it is read from. */
  readonly source: string;
  /** SQL over the clean rows: a DOUBLE or a VARCHAR, NULL where the value is missing. */
  readonly sql: string;
  /**
   * Where its bins come from: its own training values, the lengths of texts, a fixed list of categories, or none, so that it is watched for
   * missing values alone.
   */
  readonly bins: 'values' | 'lengths' | readonly string[];
  /** Whether it takes so long to read that of many rows a part is enough. */
  readonly slow?: true;
}
