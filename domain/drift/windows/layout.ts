/** Where the reports of drift checks lie in the artifacts bucket; ends in `/`. They expire: `resources/expiry.ts`. */
export const reportsPrefix = (pipeline: string): string => `${pipeline}/drift/`;

/** Where the counted captures of a pipeline lie in the artifacts bucket; ends in `/`. They expire: `resources/expiry.ts`. */
export const sketchesPrefix = (pipeline: string): string => `${pipeline}/drift-sketches/`;

/** The sort key of the state table that says how far the captures of a pipeline are counted. */
export const captureCountKey = 'capture-count';

/** The sort key of the state table that says who starts the next check as captures arrive. */
export const checkClaimKey = 'check-claim';

const padded = (n: number): string => String(n).padStart(6, '0');

/**
 * Keys of one count after another of one model's captures.
 *
 * @param prefix of the counts since one start, ending in `/`
 */
export const countKeys = (prefix: string) => ({
  /** The batches of a count: the items of the Distributed Map (JSON array). Two checks may plan at once, so the content is in the name. */
  plan: (count: number, hash: string): string => `${prefix}plans/${padded(count)}-${hash}.json`,
  /** Which objects are counted once a count is done (JSON). */
  ledger: (count: number, hash: string): string => `${prefix}ledgers/${padded(count)}-${hash}.json`,
  /** Below this, the sketches lie by hour; ends in `/`. */
  sketches: `${prefix}hours/`,
  /** What one batch of a count found of one hour (JSON). */
  sketch: (hour: string, count: number, batch: number): string =>
    `${prefix}hours/${hour}/${padded(count)}-${padded(batch)}.json`,
  /** All sketches of an hour of the counts before this one, merged (JSON). */
  merged: (hour: string, count: number): string => `${prefix}hours/${hour}/${padded(count)}-merged.json`,
  /** Their samples, merged (JSON). */
  mergedSample: (hour: string, count: number): string => `${prefix}samples/${hour}/${padded(count)}-merged.json`,
  /** The sampled rows of the same (JSON). */
  sample: (hour: string, count: number, batch: number): string =>
    `${prefix}samples/${hour}/${padded(count)}-${padded(batch)}.json`,
});

/** The prefix of a model's counts that a check begins anew; ends in `/`. @param begun the check that began (ISO 8601) */
export const countPrefix = (pipeline: string, runId: string, begun: string): string =>
  `${sketchesPrefix(pipeline)}${runId}/${begun.replaceAll(':', '-')}/`;

/** What a sketch's key says: of which hour, count and batch it is; a merged one has those of all counts before its own. */
export interface SketchName {
  readonly hour: string;
  readonly count: number;
  readonly batch: number | 'merged';
}

/** Hour, count and batch of a sketch's key below `sketches`; undefined for another key. */
export function readSketchKey(name: string): SketchName | undefined {
  const [, hour, count, batch] = /^(\d{4}\/\d{2}\/\d{2}\/\d{2})\/(\d{6,})-(\d{6,}|merged)\.json$/.exec(name) ?? [];
  if (hour === undefined) return undefined;
  return { hour, count: Number(count), batch: batch === 'merged' ? batch : Number(batch) };
}

/** The keys of a sketch and of its sample. */
export function keysOfSketch(
  { sketch, sample, merged, mergedSample }: ReturnType<typeof countKeys>,
  { hour, count, batch }: SketchName,
): { readonly sketch: string; readonly sample: string } {
  return batch === 'merged'
    ? { sketch: merged(hour, count), sample: mergedSample(hour, count) }
    : { sketch: sketch(hour, count, batch), sample: sample(hour, count, batch) };
}
