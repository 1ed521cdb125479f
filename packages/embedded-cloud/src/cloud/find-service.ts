import type { CloudContext, CloudService } from './service.ts';

/** A service of this cloud; undefined where it was started without it. */
export function findService<T extends CloudService>(
  context: Pick<CloudContext, 'service'>,
  signingName: string,
): T | undefined {
  try {
    return context.service<T>(signingName);
  } catch {
    return undefined;
  }
}
