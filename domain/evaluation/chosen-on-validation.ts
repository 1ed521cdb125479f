import { isChosen, type ThresholdSetting } from '#domain/thresholds/registry';

/** What a run may choose on its validation rows. */
export interface ValidationChoices {
  readonly threshold: ThresholdSetting;
  readonly calibration: string;
}

/** Whether a run needs the scores of its validation rows. */
export const choosesOnValidation = ({ threshold, calibration }: ValidationChoices): boolean =>
  isChosen(threshold) || calibration !== 'none';
