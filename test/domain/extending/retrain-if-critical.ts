import { type DriftAction, nothing } from '#domain/drift/actions/drift-action';
import { retrain } from '#domain/drift/actions/retrain';

export const retrainIfCritical = {
  name: 'retrain-if-critical',
  summary: 'Slack is told, and a critical alarm trains as `retrain` does.',
  tells: true,
  plan: async (alarm, reads) =>
    alarm.decision.severity === 'critical' ? retrain.plan(alarm, reads) : nothing('no retrain: it is not critical'),
} as const satisfies DriftAction;
