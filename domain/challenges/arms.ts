import { createHash } from 'node:crypto';

/**
 * A number from 0 up to 100, by a hash: the same text always has the same one, and texts are spread evenly over them.
 *
 * @param salt another salt spreads the same texts in another way, so that one challenge does not repeat the choices of the last
 */
export function percentileOf(salt: string, text: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([salt, text]))
    .digest();
  return (digest.readUIntBE(0, 6) / 2 ** 48) * 100;
}

/** Whether a text belongs to a share of all texts. @param share in percent */
export const isInShare = (salt: string, text: string, share: number): boolean => percentileOf(salt, text) < share;
