import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { TidegateError } from '#domain/errors';
import type { Outgoing } from '#domain/notices/notice';
import { composeNotice, noticeSchema } from '#domain/notices/registry';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { ifAbsent } from '#functions/aws/state-store';
import { artifactStore, runStore } from '#functions/aws/stores';
import { readConfig } from '#functions/runtime/config';
import { logger } from '#functions/runtime/logger';
import { isTransient, withMiddleware } from '#functions/runtime/middleware';
import { readPipeline } from '#functions/runtime/pipelines';
import { postMessage } from '#functions/slack/slack';

const config = readConfig([
  'STAGE',
  'ARTIFACTS_BUCKET',
  'STATE_TABLE',
  'SLACK_TOKEN_SECRET',
  'SLACK_API_URL',
  'SLACK_DEFAULT_CHANNEL',
  'LAMBDA_TASK_ROOT',
]);

/** Partition of messages that belong to no pipeline. */
const noPipeline = '(none)';

/** The bot's token, or undefined while the secret says "unset". */
async function readToken(): Promise<string | undefined> {
  const { SecretString } = await secretsClient().send(
    new GetSecretValueCommand({ SecretId: config.SLACK_TOKEN_SECRET }),
  );
  return SecretString?.startsWith('xox') ? SecretString : undefined;
}

/** The pipeline's channel; the default one when it names none or is unknown. */
function channelOf(pipeline: string | undefined): string {
  if (pipeline === undefined) return config.SLACK_DEFAULT_CHANNEL;
  try {
    return readPipeline(config.LAMBDA_TASK_ROOT, pipeline).pipeline.notify.slack ?? config.SLACK_DEFAULT_CHANNEL;
  } catch (error) {
    if (error instanceof TidegateError) return config.SLACK_DEFAULT_CHANNEL;
    throw error;
  }
}

/** Sends a message once for its key, in the run's thread; the first message of a run opens the thread. */
async function send({ key, pipeline, run, message }: Outgoing): Promise<{ sent: boolean }> {
  const store = runStore(config);
  const pk = pipeline ?? noPipeline;
  const sk = `message#${key}`;
  if (!(await store.put(pk, sk, { sent: false }, ifAbsent)) && (await store.get(pk, sk))?.['sent'] === true)
    return { sent: false };
  const thread = run ? await store.get(pk, `thread#${run.runId}`) : undefined;
  const posted = await postMessage({
    token: await readToken(),
    apiUrl: config.SLACK_API_URL,
    channel: thread ? String(thread['channel']) : channelOf(pipeline),
    ...(thread ? { threadTs: String(thread['ts']) } : {}),
    message,
    log: logger,
  });
  if (posted && run && !thread) {
    await remember(() => store.put(pk, `thread#${run.runId}`, { ...posted }, ifAbsent));
  }
  await remember(() => store.set(pk, sk, { sent: true, ...(posted ?? {}) }));
  return { sent: posted !== undefined };
}

/** What was posted cannot be taken back: while the table cannot be written to, asking again would only post it again. */
async function remember(record: () => Promise<unknown>): Promise<void> {
  try {
    await record();
  } catch (error) {
    if (!isTransient(error)) throw error;
    logger.warn('a message was sent but not recorded', { errorName: (error as Error).name });
  }
}

/** Tells the team: composes the notice's message and sends it once. */
export const handler = withMiddleware(noticeSchema, async (notice) =>
  send(await composeNotice({ artifacts: artifactStore(config), store: runStore(config), stage: config.STAGE }, notice)),
);
