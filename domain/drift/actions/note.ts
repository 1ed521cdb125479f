import { type DriftAction, nothing } from './drift-action.ts';

export const note = {
  name: 'note',
  summary: 'The alarm is kept in the history and sent to nobody.',
  tells: false,
  plan: async () => nothing('it is kept in the history'),
} as const satisfies DriftAction;
