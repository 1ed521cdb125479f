/**
 * The id of a request: a UUIDv7, whose first 48 bits are the time in milliseconds (RFC 9562, section 5.7). Ids of later milliseconds
 * sort behind those of earlier ones.
 *
 * @param at milliseconds since 1970
 * @param random ten random bytes
 */
export function inferenceIdOf(at: number, random: Uint8Array): string {
  const bytes = [...random.subarray(0, 10)];
  const [version = 0, variant = 0] = [bytes[0], bytes[2]];
  bytes[0] = 0x70 | (version & 0x0f);
  bytes[2] = 0x80 | (variant & 0x3f);
  const hex = at.toString(16).padStart(12, '0') + bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** The lowest id of a millisecond: every id of an earlier one sorts before it. */
export const firstIdOf = (at: number): string => inferenceIdOf(at, new Uint8Array(10));

/** Whether a text has the form of an inference id. */
export const isInferenceId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
