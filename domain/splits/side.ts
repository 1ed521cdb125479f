/** The sides of a split. */
export type Side = 'train' | 'validation' | 'test';
export const sides: readonly Side[] = ['train', 'validation', 'test'];

/** The shares of the sides, which add up to 1. */
export interface Shares {
  readonly train: number;
  readonly validation: number;
}
