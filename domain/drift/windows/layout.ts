/** Where the counted captures of a pipeline lie in the artifacts bucket; ends in `/`. They expire: `resources/expiry.ts`. */
export const sketchesPrefix = (pipeline: string): string => `${pipeline}/drift-sketches/`;

/** The sort key of the state table that says how far the captures of a pipeline are counted. */
export const captureCountKey = 'capture-count';

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
  /** The sampled rows of the same (JSON). */
  sample: (hour: string, count: number, batch: number): string =>
    `${prefix}samples/${hour}/${padded(count)}-${padded(batch)}.json`,
});

/** The prefix of a model's counts that a check begins anew; ends in `/`. @param begun the check that began (ISO 8601) */
export const countPrefix = (pipeline: string, runId: string, begun: string): string =>
  `${sketchesPrefix(pipeline)}${runId}/${begun.replaceAll(':', '-')}/`;

/** Hour, count and batch of a sketch's key below `sketches`; undefined for another key. */
export function readSketchKey(
  name: string,
): { readonly hour: string; readonly count: number; readonly batch: number } | undefined {
  const [, hour, count, batch] = /^(\d{4}\/\d{2}\/\d{2}\/\d{2})\/(\d{6,})-(\d{6,})\.json$/.exec(name) ?? [];
  return hour === undefined ? undefined : { hour, count: Number(count), batch: Number(batch) };
}
