/** A reflected CRC with initial value and final XOR of all ones. */
export interface CrcModel {
  readonly bits: 32 | 64;
  /** The reflected polynomial. */
  readonly polynomial: bigint;
}

export const crc32Model: CrcModel = { bits: 32, polynomial: 0xedb88320n };
export const crc32cModel: CrcModel = { bits: 32, polynomial: 0x82f63b78n };
export const crc64nvmeModel: CrcModel = { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n };

/** The product of two polynomials modulo that of the CRC; in reflected form the top bit is x^0. */
const multiply = ({ bits, polynomial }: CrcModel, a: bigint, b: bigint): bigint => {
  let factor = b;
  let product = 0n;
  for (let bit = 1n << BigInt(bits - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
};

/**
 * The CRC of two byte strings joined, from the CRC of each. The first is multiplied by x^(8n) for the n bytes that
 * follow it, by repeated squaring, as zlib's `crc32_combine` does.
 * @param first CRC of the first string, big-endian.
 * @param second CRC of the second string, big-endian.
 * @param secondLength bytes in the second string.
 */
export const combineCrc = (model: CrcModel, first: Buffer, second: Buffer, secondLength: number): Buffer => {
  let shift = 1n << BigInt(model.bits - 1);
  let power = 1n << BigInt(model.bits - 1 - 8);
  for (let length = BigInt(secondLength); length > 0n; length >>= 1n) {
    if (length & 1n) shift = multiply(model, shift, power);
    power = multiply(model, power, power);
  }
  const value = multiply(model, shift, toBigInt(first)) ^ toBigInt(second);
  return Buffer.from(value.toString(16).padStart(model.bits / 4, '0'), 'hex');
};

const toBigInt = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
