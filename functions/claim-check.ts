import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { claimCheck } from '#functions/use-cases/claim-check';
import { claimCheckSchema } from '#schemas/events/claim-check';

const config = readConfig(['STATE_TABLE']);

/** Claims the next drift check for one of the captures that arrive. */
export const handler = withMiddleware(claimCheckSchema, (event) => claimCheck({ store: runStore(config) }, event));
