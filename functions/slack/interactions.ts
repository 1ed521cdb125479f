import type * as slack from '@slack/web-api';
import type { Message } from '#domain/slack/message';
import { makeClient, type SlackConnection, translate } from './slack.ts';

/** What Slack does for buttons: messages are replaced, a person is told something, a dialog is opened. */
export interface Interactions {
  update(posted: { readonly channel: string; readonly ts: string }, message: Message): Promise<void>;
  tell(channel: string, user: string, text: string): Promise<void>;
  openView(triggerId: string, view: object): Promise<void>;
}

/**
 * Makes a client of Slack ready. Without a token, what would be said goes to the log.
 *
 * @throws as connectSlack does
 */
export async function connectInteractions({ token, apiUrl, log }: SlackConnection): Promise<Interactions> {
  if (token === undefined || token === '') {
    const note = async (what: string): Promise<void> => log.info('Slack is not configured', { what });
    return { update: () => note('update'), tell: () => note('tell'), openView: () => note('open') };
  }
  const { library, client } = await makeClient(token, apiUrl);
  const call = async (place: string, send: () => Promise<unknown>): Promise<void> => {
    try {
      await send();
    } catch (error) {
      throw translate(library, error, place);
    }
  };
  return {
    update: ({ channel, ts }, { text, blocks }) =>
      call(channel, () =>
        client.chat.update({
          channel,
          ts,
          text,
          // The blocks are Tidegate's own narrower types, built within Slack's limits.
          blocks: blocks as unknown as NonNullable<Extract<slack.ChatUpdateArguments, { blocks: unknown }>['blocks']>,
        }),
      ),
    tell: (channel, user, text) => call(channel, () => client.chat.postEphemeral({ channel, user, text })),
    openView: (trigger_id, view) =>
      call('a dialog', () => client.views.open({ trigger_id, view: view as slack.ViewsOpenArguments['view'] })),
  };
}
