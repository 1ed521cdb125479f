import { createHash } from 'node:crypto';

/**
 * A name for a resource the template does not name, as CloudFormation makes them: `<stack>-<logical id>-<12 characters>`.
 * The last part follows from the first two, so a restart finds the resource again.
 * @param maxLength longest name the service allows; the logical id is cut to fit
 */
export function physicalName(stackName: string, logicalId: string, maxLength = 64): string {
  const digest = createHash('sha256').update(`${stackName}\n${logicalId}`).digest('hex');
  const suffix = BigInt(`0x${digest}`).toString(36).toUpperCase().slice(0, 12);
  const room = maxLength - suffix.length - 1;
  const head = `${stackName}-${logicalId}`;
  return `${head.length <= room ? head : head.slice(0, room)}-${suffix}`;
}
