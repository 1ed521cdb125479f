import { findKind } from '#domain/find-kind';
import type { CalibrationMap } from '#schemas/records/operating-point';
import type { CalibrationMethod } from './calibration-method.ts';
import { isotonic } from './isotonic.ts';
import { platt } from './platt.ts';

/** Every way to turn scores into probabilities. */
export const CALIBRATIONS = [isotonic, platt] as const;

export type CalibrationName = (typeof CALIBRATIONS)[number]['name'];

/** The method of a name. @throws TypeError when no method has it */
export const calibrationMethod = (name: string): CalibrationMethod<CalibrationMap> =>
  findKind(
    CALIBRATIONS as readonly { readonly name: string }[],
    name,
    'calibration method',
  ) as CalibrationMethod<CalibrationMap>;

/** What a fitted map makes of a score. */
export const calibrationOf = (map: CalibrationMap): ((score: number) => number) => {
  const { apply } = calibrationMethod(map.method);
  return (score) => apply(map, score);
};
