import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';

interface Numbers {
  readonly pollSeconds: number;
  readonly shardConcurrency: number;
}
type Given = { readonly [K in keyof Numbers]: unknown };
const readNumbers = createRequire(import.meta.url)('../../resources/numbers.cjs') as (serverless: {
  resolveVariable: (name: string) => Promise<unknown>;
}) => Promise<Numbers>;

const read = (given: Given) =>
  readNumbers({ resolveVariable: async (name) => given[name.replace('param:', '') as keyof Numbers] });

it('gives the parameters as numbers, whether serverless.yml or the command line set them', async () => {
  expect(await read({ pollSeconds: 15, shardConcurrency: '400' })).toEqual({ pollSeconds: 15, shardConcurrency: 400 });
});

it('refuses what is not a whole number in range, by the name of the parameter', async () => {
  const text = fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('1.5', '0', '60', '-1', ''));
  await fc.assert(
    fc.asyncProperty(text, async (pollSeconds) => {
      const valid = /^\d+$/.test(pollSeconds) && Number(pollSeconds) >= 1 && Number(pollSeconds) <= 59;
      const result = read({ pollSeconds, shardConcurrency: 40 });
      if (valid) expect(await result).toMatchObject({ pollSeconds: Number(pollSeconds) });
      else
        await expect(result).rejects.toThrow(
          `Parameter pollSeconds is "${pollSeconds}": use a whole number from 1 to 59.`,
        );
    }),
  );
  await expect(read({ pollSeconds: 15, shardConcurrency: 20_000 })).rejects.toThrow('shardConcurrency');
});
