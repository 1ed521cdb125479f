import { crc32 as zlibCrc32 } from 'node:zlib';

/** A running cyclic redundancy check over a byte stream. */
export interface Crc {
  update(bytes: Uint8Array): void;
  /** The value of all bytes so far, big-endian. */
  digest(): Buffer;
}

/** Reflected CRC-32C (Castagnoli) polynomial, RFC 3720 section 12.1. */
const castagnoli = 0x82f63b78;
/** Reflected CRC-64/NVME polynomial, NVM Express NVM Command Set Specification 1.0d section 5.2.1.3.4. */
const nvme = { high: 0x9a6c9329, low: 0xac4bc9b5 };

const eightTables = () => Array.from({ length: 8 }, () => new Int32Array(256));
const at = (table: Int32Array | undefined, index: number): number => table?.[index & 0xff] ?? 0;

/** Slicing-by-8 tables: table k holds the effect of a byte followed by k zero bytes. */
const crc32cTables = (() => {
  const tables = eightTables();
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ castagnoli : value >>> 1;
    tables[0]?.fill(value, byte, byte + 1);
  }
  for (let k = 1; k < 8; k += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const previous = at(tables[k - 1], byte);
      tables[k]?.fill((previous >>> 8) ^ at(tables[0], previous), byte, byte + 1);
    }
  }
  return tables;
})();

/** CRC-32 (IEEE 802.3), by zlib. */
export const crc32 = (): Crc => {
  let value = 0;
  return {
    update: (bytes) => {
      value = zlibCrc32(bytes, value);
    },
    digest: () => bigEndian32(value),
  };
};

const bigEndian32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

/** CRC-32C, slicing by 8. */
export const crc32c = (): Crc => {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = crc32cTables as [Int32Array, ...Int32Array[]];
  let value = -1;
  return {
    update: (bytes) => {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      let crc = value;
      let offset = 0;
      for (; offset + 8 <= view.length; offset += 8) {
        const a = crc ^ view.readInt32LE(offset);
        const b = view.readInt32LE(offset + 4);
        crc =
          at(t7, a) ^
          at(t6, a >>> 8) ^
          at(t5, a >>> 16) ^
          at(t4, a >>> 24) ^
          at(t3, b) ^
          at(t2, b >>> 8) ^
          at(t1, b >>> 16) ^
          at(t0, b >>> 24);
      }
      for (; offset < view.length; offset += 1) crc = (crc >>> 8) ^ at(t0, crc ^ view.readUInt8(offset));
      value = crc;
    },
    digest: () => bigEndian32(~value),
  };
};

/** The tables of CRC-64/NVME as two halves, for BigInt is a hundred times slower. */
const crc64Tables = (() => {
  const high = eightTables();
  const low = eightTables();
  for (let byte = 0; byte < 256; byte += 1) {
    let h = 0;
    let l = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry) {
        h ^= nvme.high;
        l ^= nvme.low;
      }
    }
    high[0]?.fill(h, byte, byte + 1);
    low[0]?.fill(l, byte, byte + 1);
  }
  for (let k = 1; k < 8; k += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const h = at(high[k - 1], byte);
      const l = at(low[k - 1], byte);
      high[k]?.fill((h >>> 8) ^ at(high[0], l), byte, byte + 1);
      low[k]?.fill(((l >>> 8) | (h << 24)) ^ at(low[0], l), byte, byte + 1);
    }
  }
  return { high, low };
})();

/** CRC-64/NVME, slicing by 8 over two 32-bit halves. */
export const crc64nvme = (): Crc => {
  const [h0, h1, h2, h3, h4, h5, h6, h7] = crc64Tables.high as [Int32Array, ...Int32Array[]];
  const [l0, l1, l2, l3, l4, l5, l6, l7] = crc64Tables.low as [Int32Array, ...Int32Array[]];
  let high = -1;
  let low = -1;
  return {
    update: (bytes) => {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      let h = high;
      let l = low;
      let offset = 0;
      for (; offset + 8 <= view.length; offset += 8) {
        const a = l ^ view.readInt32LE(offset);
        const b = h ^ view.readInt32LE(offset + 4);
        h =
          at(h7, a) ^
          at(h6, a >>> 8) ^
          at(h5, a >>> 16) ^
          at(h4, a >>> 24) ^
          at(h3, b) ^
          at(h2, b >>> 8) ^
          at(h1, b >>> 16) ^
          at(h0, b >>> 24);
        l =
          at(l7, a) ^
          at(l6, a >>> 8) ^
          at(l5, a >>> 16) ^
          at(l4, a >>> 24) ^
          at(l3, b) ^
          at(l2, b >>> 8) ^
          at(l1, b >>> 16) ^
          at(l0, b >>> 24);
      }
      for (; offset < view.length; offset += 1) {
        const byte = l ^ view.readUInt8(offset);
        l = ((l >>> 8) | (h << 24)) ^ at(l0, byte);
        h = (h >>> 8) ^ at(h0, byte);
      }
      high = h;
      low = l;
    },
    digest: () => Buffer.concat([bigEndian32(~high), bigEndian32(~low)]),
  };
};
