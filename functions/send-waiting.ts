import { postingPorts, postingVariables } from '#functions/composition/posting-ports';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { publishOutbox } from '#functions/runtime/outbox-metrics';
import { sendWaiting } from '#functions/use-cases/send-waiting';
import { sendWaitingSchema } from '#schemas/events/send-waiting';

const config = readConfig([...postingVariables]);

/** Sends what waits for Slack, in order. */
export const handler = withMiddleware(sendWaitingSchema, (event) =>
  sendWaiting({ ...postingPorts(config), report: publishOutbox }, event),
);
