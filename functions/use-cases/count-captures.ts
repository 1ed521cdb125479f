import { variantName } from '#domain/deployment/requests';
import { buildWindow } from '#domain/drift/baseline';
import { type CapturedObject, type CapturedRows, readCaptures } from '#domain/drift/captures';
import { driftColumns } from '#domain/drift/columns';
import { scoreValues } from '#domain/drift/scores';
import type { HourToMerge } from '#domain/drift/windows/compaction';
import { countKeys, keysOfSketch } from '#domain/drift/windows/layout';
import { hourOfCapture } from '#domain/drift/windows/new-captures';
import { mergeSamples, noRows, type RowSample, rowsOf, sketchRows } from '#domain/drift/windows/row-sample';
import { emptySketch, mergeSketches, sketchOf, unreadOf, withUnread } from '#domain/drift/windows/sketch';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { capturePrefix } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { packSample, unpackSample } from '#functions/shards/captured-sample';
import { readAll } from '#functions/shards/read-all';
import { readWatched, type WatchedModel } from '#functions/shards/watched-model';
import type { CountCaptures, Counting } from '#schemas/events/count-captures';
import { type CaptureSketch, capturedSampleSchema, captureSketchSchema } from '#schemas/records/capture-counts';

/** The dependencies of counting captures. */
export interface CountCapturesPorts {
  readonly clean: Pick<ObjectStore, 'readText'>;
  readonly artifacts: ObjectStore;
}

/** What a batch holds of one hour. */
interface CountedHour {
  readonly sketch: CaptureSketch;
  readonly sample: RowSample;
}

/** @param drawnBy what the sample of the rows follows from */
function countRows(
  drawnBy: string,
  { captures, rows, values, scores }: CapturedRows,
  model: WatchedModel,
): CountedHour {
  const { fitted, baseline } = model;
  const inputs = { rows, width: fitted.features.length, values };
  const columns = driftColumns(fitted, inputs);
  const window = buildWindow(baseline, { rows, columns, scores: scoreValues(fitted, scores) });
  return { sketch: sketchOf(window, captures), sample: rowsOf(drawnBy, { inputs, scores }) };
}

/** An object that is gone counts as one damaged capture. */
const gone: CapturedObject = { hours: new Map(), unusable: 0, damaged: 1 };

/** The hours of a batch of objects: what could not be read belongs to the hour of its object. */
function countObjects(
  objects: readonly string[],
  texts: readonly (string | undefined)[],
  model: WatchedModel,
  since: string,
): Map<string, CountedHour> {
  const [width, perRow] = [model.fitted.features.length, scoresPerRow(model.fitted)];
  const hours = new Map<string, CountedHour>();
  const none: CountedHour = { sketch: emptySketch(model.baseline), sample: noRows };
  for (const [i, name] of objects.entries()) {
    const text = texts[i];
    const reading = { width, perRow, probes: model.probes, since };
    const read = text === undefined ? gone : readCaptures(text, reading, model.format.output);
    for (const [hour, rows] of read.hours) {
      const counted = countRows(`${name} ${hour}`, rows, model);
      const before = hours.get(hour) ?? none;
      hours.set(hour, {
        sketch: mergeSketches(before.sketch, counted.sketch),
        sample: mergeSamples(before.sample, counted.sample, sketchRows(width + perRow)),
      });
    }
    if (read.unusable + read.damaged === 0) continue;
    const own = hourOfCapture(name) as string;
    const before = hours.get(own) ?? none;
    hours.set(own, { ...before, sketch: withUnread(before.sketch, unreadOf(name, read)) });
  }
  return hours;
}

/** Merges the sketches of an hour of earlier counts, and their samples. They stay, because a check may read them at this moment. */
async function mergeHour(
  artifacts: ObjectStore,
  { hour, sketches }: HourToMerge,
  { prefix, count }: Counting,
  model: WatchedModel,
): Promise<void> {
  const keys = countKeys(prefix);
  const shape = [model.fitted.features.length, scoresPerRow(model.fitted)] as const;
  let merged: CountedHour = { sketch: emptySketch(model.baseline), sample: noRows };
  for (const own of sketches) {
    const { sketch: sketchKey, sample: sampleKey } = keysOfSketch(keys, own);
    const sketch = await artifacts.readJson(sketchKey, captureSketchSchema);
    const sample =
      sketch.rows > 0 ? unpackSample(await artifacts.readJson(sampleKey, capturedSampleSchema), ...shape) : noRows;
    merged = {
      sketch: mergeSketches(merged.sketch, sketch),
      sample: mergeSamples(merged.sample, sample, sketchRows(shape[0] + shape[1])),
    };
  }
  const { sketch, sample } = merged;
  if (sketch.rows > 0) await artifacts.writeJson(keys.mergedSample(hour, count), packSample(sample));
  await artifacts.writeJson(keys.merged(hour, count), sketch);
}

/**
 * Counts a batch of capture objects in the bins of the champion's baseline, by the hour, and keeps a sample of the rows of each. The keys
 * follow from the plan, and the content from the objects: a retry, or another check that does the same plan, writes the same again.
 *
 * @returns how much there was: requests and rows that were counted, captures that were not
 */
export async function countCaptures(
  { clean, artifacts }: CountCapturesPorts,
  { counting, batch }: CountCaptures,
): Promise<{ captures: number; rows: number; unusable: number; damaged: number }> {
  const { run, endpoint, prefix, count, since } = counting;
  const model = await readWatched(artifacts, run);
  for (const hour of batch.merges ?? []) await mergeHour(artifacts, hour, counting, model);
  const base = `${capturePrefix(run.pipeline)}/${endpoint}/${variantName}/`;
  // one may be gone since it was listed
  const texts = await readAll(batch.objects.length, (i) => ifThere(clean.readText(`${base}${batch.objects[i]}`)));
  const hours = countObjects(batch.objects, texts, model, since);
  const keys = countKeys(prefix);
  for (const [hour, { sketch, sample }] of hours) {
    if (sketch.rows > 0) await artifacts.writeJson(keys.sample(hour, count, batch.index), packSample(sample));
    await artifacts.writeJson(keys.sketch(hour, count, batch.index), sketch);
  }
  const sketches = [...hours.values()].map(({ sketch }) => sketch);
  const sum = (of: (sketch: CaptureSketch) => number): number => sketches.reduce((all, one) => all + of(one), 0);
  return {
    captures: sum((one) => one.captures),
    rows: sum((one) => one.rows),
    unusable: sum((one) => one.unread.unusable),
    damaged: sum((one) => one.unread.damaged),
  };
}
