import { calibration } from './calibration.ts';
import type { LabelCheck } from './label-check.ts';
import { performance } from './performance.ts';
import { relation } from './relation.ts';
import type { LabelCheckName } from './settings.ts';
import { slices } from './slices.ts';

/** Every check by labels, by its name. */
export const LABEL_CHECKS: { readonly [Name in LabelCheckName]: LabelCheck & { readonly name: Name } } = {
  performance,
  calibration,
  slices,
  relation,
};
