import type { WindowRows } from '#domain/drift/performance/estimate';
import { currentSketches } from '#domain/drift/windows/compaction';
import { hourOf, type Span, touches } from '#domain/drift/windows/hours';
import { countKeys, keysOfSketch } from '#domain/drift/windows/layout';
import { mergeSamples, noRows, SAMPLE_ROWS, toWindowRows } from '#domain/drift/windows/row-sample';
import { emptySketch, mergeSketches } from '#domain/drift/windows/sketch';
import type { ObjectStore } from '#functions/ports/object-store';
import { unpackSample } from '#functions/shards/captured-sample';
import { readAll } from '#functions/shards/read-all';
import type { Baseline } from '#schemas/records/baseline';
import {
  type CaptureSketch,
  type CountedCaptures,
  capturedSampleSchema,
  captureSketchSchema,
} from '#schemas/records/capture-counts';

/** A sketch that was read, and where the sample of its rows lies. */
interface FoundSketch {
  readonly sketch: CaptureSketch;
  readonly sampleKey: string;
}

/** The sketches of some spans, of all counts up to the given one: of an hour the merged one, and those since. */
async function findSketches(
  artifacts: ObjectStore,
  { prefix, count }: CountedCaptures,
  spans: readonly Span[],
): Promise<FoundSketch[]> {
  const [first] = spans.map(({ from }) => hourOf(from)).toSorted();
  if (first === undefined) return [];
  const keys = countKeys(prefix);
  const listed = await artifacts.list(keys.sketches, `${keys.sketches}${first}`);
  const names = listed.map(({ key }) => key.slice(keys.sketches.length));
  const found = [...currentSketches(names, count)]
    .filter(([hour]) => spans.some((span) => touches(span, hour)))
    .flatMap(([, sketches]) => sketches.map((own) => keysOfSketch(keys, own)));
  return readAll(found.length, async (i) => {
    const { sketch, sample } = found[i] as (typeof found)[number];
    return { sketch: await artifacts.readJson(sketch, captureSketchSchema), sampleKey: sample };
  });
}

const mergeAll = (found: readonly FoundSketch[], baseline: Baseline): CaptureSketch =>
  found.reduce((all, { sketch }) => mergeSketches(all, sketch), emptySketch(baseline));

/** The captures of some spans as they were counted in the bins of a baseline, with a sample of at most 4,000 of their rows. @param shape numbers per row */
export async function readCountedWindow(
  artifacts: ObjectStore,
  counted: CountedCaptures,
  spans: readonly Span[],
  baseline: Baseline,
  { width, perRow }: { readonly width: number; readonly perRow: number },
): Promise<{ readonly sketch: CaptureSketch; readonly answered: WindowRows }> {
  const found = await findSketches(artifacts, counted, spans);
  let sample = noRows;
  for (const { sketch, sampleKey } of found) {
    if (sketch.rows === 0) continue;
    const own = unpackSample(await artifacts.readJson(sampleKey, capturedSampleSchema), width, perRow);
    sample = mergeSamples(sample, own, SAMPLE_ROWS);
  }
  return { sketch: mergeAll(found, baseline), answered: toWindowRows(sample, width, perRow) };
}
