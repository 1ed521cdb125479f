import type { PrivacyAction } from '#domain/privacy/privacy-action';

const settings = {};

export const emailDomain = {
  name: 'email-domain',
  label: 'cut to its domain',
  summary: 'Of an e-mail address, what follows the @ is kept.',
  roles: ['quasi'],
  settings,
  example: { role: 'quasi', action: 'email-domain', feature: { type: 'category' } },
  clean: () => ({ kind: 'category', sql: (typed) => `split_part(lower(${typed}), '@', 2)` }),
} as const satisfies PrivacyAction<typeof settings>;
