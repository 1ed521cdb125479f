import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createScanner } from '#domain/detectors/find-spans';
import { redactText } from '#domain/detectors/redact';

const scanner = createScanner({});

it('puts the kind in the place of what is found, and keeps the rest', () => {
  expect(redactText('Write to jane@example.com or call (212) 555-0123, ok?', scanner)).toBe(
    'Write to [email] or call [phone], ok?',
  );
  expect(redactText('nothing here', scanner)).toBe('nothing here');
});

it('leaves nothing of what it finds, wherever that stands', () => {
  const planted = fc.constantFrom(
    'jane@example.com',
    '4111 1111 1111 1111',
    'DE89 3704 0044 0532 0130 00',
    '536-22-8726',
    'https://example.com/jane',
  );
  const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 6 });
  fc.assert(
    fc.property(words, planted, words, (before, secret, after) => {
      const redacted = redactText([...before, secret, ...after].join(' '), scanner);
      expect(redacted).not.toContain(secret);
      expect(redacted).toMatch(/\[(email|card|iban|ssn|url)\]/);
      expect(redactText(redacted, scanner)).toBe(redacted);
    }),
  );
});
