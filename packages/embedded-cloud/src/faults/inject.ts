import type { EndpointFault, EventFault, Fault, InvocationFault, JobFault } from '../cloud/faults.ts';
import type { FaultRule } from './fault-file.ts';
import type { ServiceError, Trouble } from './service-errors.ts';

const ms = (seconds: number): number => Math.round(seconds * 1000);

/** What a rule does to a call. @param errorOf how the called service writes an error */
export function callFault(
  rule: FaultRule,
  errorOf: (trouble: Trouble) => ServiceError,
  name: string,
): Fault | undefined {
  switch (rule.fault) {
    case 'throttle':
      return { kind: 'error', ...errorOf('throttled'), rule: name };
    case 'server-error':
      return { kind: 'error', ...errorOf(rule.status === 503 ? 'unavailable' : 'failed'), rule: name };
    case 'error':
      return { kind: 'error', code: rule.code, status: rule.status, message: rule.message, rule: name };
    case 'timeout':
      return { kind: 'timeout', ms: ms(rule.seconds), after: rule.done, rule: name };
    case 'reset':
      return { kind: 'reset', after: rule.done, rule: name };
    case 'slow':
      return { kind: 'delay', ms: ms(rule.seconds), rule: name };
    default:
      return undefined;
  }
}

/** What a rule does to a function's invocation. */
export function invocationFault(rule: FaultRule, name: string): InvocationFault | undefined {
  switch (rule.fault) {
    case 'lambda-crash':
      return { kind: 'crash', after: rule.handler === 'done', rule: name };
    case 'lambda-timeout': {
      const limit = rule.seconds === undefined ? {} : { ms: ms(rule.seconds) };
      return { kind: 'timeout', after: rule.handler === 'done', ...limit, rule: name };
    }
    case 'lambda-out-of-memory':
      return { kind: 'memory', after: rule.handler === 'done', rule: name };
    case 'lambda-init':
      return { kind: 'init', rule: name };
    default:
      return undefined;
  }
}

/** What a rule does to a job. */
export function jobFault(rule: FaultRule, name: string): JobFault | undefined {
  switch (rule.fault) {
    case 'job-failure':
      return { kind: rule.reason, ...(rule.message !== undefined && { message: rule.message }), rule: name };
    case 'capacity':
      return { kind: 'capacity', rule: name };
    case 'spot-interruption':
      return { kind: 'interruption', ms: ms(rule.seconds), rule: name };
    default:
      return undefined;
  }
}

/** What a rule does to an endpoint that is created or updated. */
export function endpointFault(rule: FaultRule, name: string): EndpointFault | undefined {
  if (rule.fault === 'capacity') return { kind: 'capacity', rule: name };
  return rule.fault === 'endpoint-failure' ? { kind: rule.reason, rule: name } : undefined;
}

/** What a rule does to an event on its way to a rule's targets. */
export function eventFault(rule: FaultRule, name: string): EventFault | undefined {
  switch (rule.fault) {
    case 'event-lost':
      return { kind: 'lost', rule: name };
    case 'event-duplicated':
      return { kind: 'duplicated', copies: rule.copies, rule: name };
    case 'event-delayed':
      return { kind: 'delayed', ms: ms(rule.seconds), rule: name };
    case 'event-reordered':
      return { kind: 'reordered', ms: ms(rule.seconds), rule: name };
    default:
      return undefined;
  }
}
