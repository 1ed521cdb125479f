/** Bytes of an object: the first and the one after the last. */
export interface ObjectRange {
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** Reads pieces of the objects of a bucket. */
export interface ObjectRanges {
  /**
   * Streams bytes of an object. A connection that breaks is taken up where it broke.
   *
   * @throws DropVanishedError when the object is missing
   */
  readRange(range: ObjectRange): AsyncGenerator<Uint8Array>;
}
