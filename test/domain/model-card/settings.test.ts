import { expect, it } from 'vitest';
import { cardSchema } from '#domain/model-card/settings';

it('takes texts of a card that SageMaker can hold, and a risk rating that it knows', () => {
  const card = { owner: 'Credit Risk', riskRating: 'Medium', intendedUses: 'x'.repeat(2000) };
  expect(cardSchema.parse(card)).toEqual(card);
  expect(cardSchema.parse({})).toEqual({});
});

it.each([[{ riskRating: 'Grave' }], [{ owner: '' }], [{ caveats: 'x'.repeat(2001) }], [{ intended_uses: 'unknown' }]])(
  'refuses %j',
  (card) => {
    expect(cardSchema.safeParse(card).success).toBe(false);
  },
);
