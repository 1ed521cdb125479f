import { createHash } from 'node:crypto';

/**
 * An endless sequence of numbers in [0, 1) with 53 random bits that follows from its key alone: SHA-256 in counter mode.
 * A search that is resumed, or asked twice, so draws the same numbers again without keeping a generator's state.
 */
export const uniformSequence = (key: string): (() => number) => {
  let block = Buffer.alloc(0);
  let offset = 0;
  let counter = 0;
  return () => {
    if (offset + 8 > block.length) {
      block = createHash('sha256').update(`${counter}\n${key}`).digest();
      counter += 1;
      offset = 0;
    }
    const high = block.readUInt32BE(offset) >>> 5;
    const low = block.readUInt32BE(offset + 4) >>> 6;
    offset += 8;
    return (high * 0x4000000 + low) / 0x20000000000000;
  };
};
