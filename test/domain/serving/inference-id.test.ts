import fc from 'fast-check';
import { expect, it } from 'vitest';
import { predictionKey } from '#domain/runs/layout';
import { firstIdOf, inferenceIdOf, isInferenceId } from '#domain/serving/inference-id';

const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });

it('has the form of the example in RFC 9562, A.6', () => {
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);

  expect(inferenceIdOf(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

it('sorts by time, and so do the keys of the log', () => {
  fc.assert(
    fc.property(time, time, bytes, bytes, (a, b, x, y) => {
      const [before, after] = [inferenceIdOf(Math.min(a, b), x), inferenceIdOf(Math.max(a, b) + 1, y)];

      expect(isInferenceId(before)).toBe(true);
      expect(before < after).toBe(true);
      expect(predictionKey('p', before) < predictionKey('p', after)).toBe(true);
      expect(firstIdOf(a) <= inferenceIdOf(a, x)).toBe(true);
    }),
  );
});

it('leads to the hour of the request', () => {
  const id = inferenceIdOf(Date.parse('2026-03-04T05:06:07.890Z'), new Uint8Array(10));

  expect(predictionKey('loans', id)).toBe(`loans/predictions/2026/03/04/05/${id}.json.gz`);
});

it('knows other ids', () => {
  expect(isInferenceId('017f22e2-79b0-4cc3-98c4-dc0c0c07398f')).toBe(false);
  expect(isInferenceId('x')).toBe(false);
});
