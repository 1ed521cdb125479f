import { expect, it } from 'vitest';
import { sha256Hex } from '#functions/runtime/hash';

// NIST FIPS 180-2, examples B.1 and B.2; the first and the last (UTF-8) by coreutils' sha256sum
it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['ü', '607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f'],
])('the SHA-256 of "%s" is %s', (text, digest) => {
  expect(sha256Hex(text)).toBe(digest);
});
