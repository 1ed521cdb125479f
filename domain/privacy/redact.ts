import type { PrivacyAction } from './privacy-action.ts';

const settings = {};

/** The engine's function that replaces what the detectors find in a text: `domain/detectors/redact`. */
export const redactFunction = 'redact_text';

/** What the detectors find in a text is replaced. */
export const redact = {
  name: 'redact',
  label: 'redacted',
  summary:
    'In a free text, `[email]`, `[phone]` and so on stand for what the detectors find. Names of people stay: no detector knows them in a text. What is left may be a model input of type `text`.',
  roles: ['text'],
  settings,
  example: { role: 'text', action: 'redact', feature: { type: 'text' } },
  leavesRest: true,
  clean: () => ({ kind: 'text', sql: (typed) => `${redactFunction}(${typed})` }),
} as const satisfies PrivacyAction<typeof settings>;
