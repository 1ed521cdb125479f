import type { PrivacyAction } from './privacy-action.ts';

const settings = {};

/** The column is left out. */
export const drop = {
  name: 'drop',
  label: 'dropped',
  summary: 'The column is not even read.',
  roles: ['pii', 'text'],
  settings,
  example: { role: 'pii', action: 'drop' },
  clean: () => undefined,
} as const satisfies PrivacyAction<typeof settings>;
