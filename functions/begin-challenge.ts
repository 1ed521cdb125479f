import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { beginChallenge } from '#functions/use-cases/begin-challenge';
import { beginChallengeSchema } from '#schemas/events/challenge';

const config = readConfig(['STATE_TABLE']);

/** Lets requests reach the challenger. */
export const handler = withMiddleware(beginChallengeSchema, (event) =>
  beginChallenge({ store: runStore(config) }, event),
);
