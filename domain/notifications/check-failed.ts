import { composeMessage, type Message } from './message.ts';

/** A drift check could not be made, or found nothing to look at. */
export interface CheckFailed {
  readonly pipeline?: string;
  /** Name of the error, as the state machines match it. */
  readonly error: string;
  readonly message: string;
}

export const checkFailedMessage = ({ pipeline, error, message }: CheckFailed): Message =>
  composeMessage({
    heading: `⚠️ ${pipeline ?? 'A pipeline'}: drift could not be checked`,
    summary: message,
    facts: [['Error', { code: error }]],
    footer: ['The model keeps serving.'],
  });
