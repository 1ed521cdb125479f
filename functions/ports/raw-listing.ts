import type { DropObject } from '#domain/runs/drop';

/** An object of the raw bucket with the time it was written (ISO 8601). */
export type RawObject = DropObject & { readonly lastModified: string };

/** What admission may see of the raw bucket: names and versions, no content. */
export interface RawListing {
  readonly bucket: string;
  /** The current version of every object below a prefix. */
  list(prefix: string): Promise<RawObject[]>;
}
