import { type DriftAction, nothing } from './drift-action.ts';

export const alert = {
  name: 'alert',
  summary: 'Slack is told.',
  tells: true,
  plan: async () => nothing('check the data before you trust its scores'),
} as const satisfies DriftAction;
