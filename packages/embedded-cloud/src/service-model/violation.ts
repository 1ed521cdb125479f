import type { ModelShape } from './model.ts';

/** A step from a value to one within it. */
export type PathStep =
  | { readonly member: string }
  | { readonly index: number }
  /** The value under a key of a map, or the key itself. */
  | { readonly key: string; readonly of: 'key' | 'value' };
export type Path = readonly PathStep[];

/** What a value breaks. */
export interface Violation {
  readonly kind: 'unknown' | 'missing' | 'type' | 'enum' | 'pattern' | 'length' | 'range' | 'union' | 'shown';
  readonly path: Path;
  readonly value: unknown;
  /** AWS's message where AWS has one. */
  readonly constraint: string;
  /** The shape that the value should have. */
  readonly shape: ModelShape;
}

/** Reports the faults of a checked value. */
export type Report = (kind: Violation['kind'], constraint: string) => void;
