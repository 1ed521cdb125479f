import { AwsError } from '#src/cloud/service';

/** @returns the error of a pattern EventBridge would refuse. */
export const invalidPattern = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
