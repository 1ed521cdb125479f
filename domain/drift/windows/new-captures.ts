import type { CaptureBatch, CaptureLedger } from '#schemas/records/capture-counts';
import { hourOf, hourStart, startOfHour } from './hours.ts';

/**
 * How late an object may arrive, in hours before the newest hour that has been counted. Capture writes an object when its buffer is full or
 * old, so objects of an hour arrive after it has passed. The objects of so many hours are listed again by each check and compared by name
 * with those that were counted.
 */
export const LATE_HOURS = 24;
/** What one function reads: objects, and bytes of them. */
const BATCH_OBJECTS = 250;
const BATCH_BYTES = 32 * 1024 * 1024;
/** What is counted at a time; the rest follows in the same check. */
export const PLAN_OBJECTS = 20_000;

/** An object as it was listed: its name below the captures of the variant, `yyyy/mm/dd/hh/<file>`, and its size in bytes. */
export interface ListedCapture {
  readonly name: string;
  readonly size: number;
}

/** The hour of a capture object; undefined for an object that is none. */
export const hourOfCapture = (name: string): string | undefined =>
  /^(\d{4}\/\d{2}\/\d{2}\/\d{2})\/[^/]+\.jsonl$/.exec(name)?.[1];

/** The hour from which objects are listed: that of the newest counted object less `LATE_HOURS`, but never before counting began. */
export function listedFrom(since: string, newest: string | undefined): string {
  const first = hourOf(since);
  const late = newest === undefined ? first : hourOf(hourStart(startOfHour(newest), -LATE_HOURS));
  return late > first ? late : first;
}

/** What is to be counted now. */
export interface CapturePlan {
  readonly batches: readonly CaptureBatch[];
  /** What has been counted once this is done, as far back as an object may arrive late. */
  readonly ledger: CaptureLedger;
  /** Whether there is more to count after this. */
  readonly more: boolean;
}

/**
 * The objects of a listing that were not counted yet, oldest first, in batches.
 *
 * @param listed in the order of their names
 * @param counted what was counted before
 */
export function planCaptures(
  listed: readonly ListedCapture[],
  counted: CaptureLedger,
  most: number = PLAN_OBJECTS,
): CapturePlan {
  const known = new Set(
    Object.entries(counted.hours).flatMap(([hour, files]) => files.map((file) => `${hour}/${file}`)),
  );
  const found = listed.filter(({ name }) => hourOfCapture(name) !== undefined && !known.has(name));
  const planned = found.slice(0, most);
  const latest = [counted.newest, hourOfCapture(planned.at(-1)?.name ?? '')]
    .filter((hour) => hour !== undefined)
    .toSorted()
    .at(-1);
  return {
    batches: toBatches(planned),
    ledger: latest === undefined ? counted : addToLedger(counted, planned, latest),
    more: found.length > planned.length,
  };
}

function toBatches(planned: readonly ListedCapture[]): CaptureBatch[] {
  const batches: { index: number; objects: string[] }[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { name, size } of planned) {
    const open = batches.at(-1);
    if (open && open.objects.length < BATCH_OBJECTS && bytes + size <= BATCH_BYTES) open.objects.push(name);
    else {
      batches.push({ index: batches.length, objects: [name] });
      bytes = 0;
    }
    bytes += size;
  }
  return batches;
}

/** Forgets the hours that are listed no more. */
function addToLedger({ hours }: CaptureLedger, planned: readonly ListedCapture[], newest: string): CaptureLedger {
  const kept = hourOf(hourStart(startOfHour(newest), -LATE_HOURS));
  const all = new Map(Object.entries(hours).map(([hour, files]) => [hour, [...files]]));
  for (const { name } of planned) {
    const hour = hourOfCapture(name) as string;
    const file = name.slice(hour.length + 1);
    if (all.get(hour)?.push(file) === undefined) all.set(hour, [file]);
  }
  return { newest, hours: Object.fromEntries([...all].filter(([hour]) => hour >= kept)) };
}
