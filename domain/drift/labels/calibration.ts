import { unreachable } from '#domain/unreachable';
import { classCalibration } from './class-calibration.ts';
import type { LabelCheck } from './label-check.ts';
import { valueCalibration } from './value-calibration.ts';

/** Whether scores are still the probabilities, and values still the means, that they were. */
export const calibration = {
  name: 'calibration',
  label: 'Calibration',
  summary:
    'Whether what comes true is still as frequent as the scores say; for regression, whether predictions are still right on average.',
  source:
    'expected calibration error after Naeini et al. 2015; recalibration after Cox 1958; Spiegelhalter 1986; for regression the bias and the coverage of the range of errors',
  measure(comparison) {
    const { task } = comparison;
    switch (task) {
      case 'binary':
      case 'multiclass':
        return classCalibration('calibration', comparison);
      case 'regression':
        return valueCalibration('calibration', comparison);
      default:
        return unreachable(task, 'task');
    }
  },
} as const satisfies LabelCheck;
