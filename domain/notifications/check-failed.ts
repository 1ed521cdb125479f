import { composeMessage, type Message } from './message.ts';

/** A drift check could not be made or found nothing to look at, or an endpoint's tests could not be run. */
export interface CheckFailed {
  readonly pipeline?: string;
  /** Whose tests it was about; drift when absent. */
  readonly endpoint?: string;
  /** Name of the error, as the state machines match it. */
  readonly error: string;
  readonly message: string;
}

export const checkFailedMessage = ({ pipeline, endpoint, error, message }: CheckFailed): Message =>
  composeMessage({
    heading:
      endpoint === undefined
        ? `⚠️ ${pipeline ?? 'A pipeline'}: drift could not be checked`
        : `⚠️ ${endpoint}: its tests could not be run`,
    summary: message,
    facts: [['Error', { code: error }]],
    footer: ['The model keeps serving.'],
  });
