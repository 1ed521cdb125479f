import type { Command } from 'commander';
import { readCloud } from '../cloud-file.ts';
import { exitCodes } from '../exit-codes.ts';
import { bold, CliError, cyan, dim, print, printJson } from '../output.ts';
import { printWaiting, readWaiting } from '../waiting-messages.ts';
import { localOptions, withTarget } from './global.ts';

/** A message in the JSON of the local Slack page. */
export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
}

/** Messages the embedded Slack has received, oldest first. */
export async function readSlack(endpoint: string): Promise<SlackMessage[]> {
  const response = await fetch(`${endpoint}/_slack/messages`);
  const body = (await response.json()) as { messages?: SlackMessage[] } | SlackMessage[];
  return Array.isArray(body) ? body : (body.messages ?? []);
}

/** The lines of a message that matter most: heading, summary, what failed. */
const inBrief = (lines: readonly string[]): string[] => lines.filter((line, i) => i < 2 || line.startsWith('✗'));

/** A text as people read it: Slack's texts escape these three characters (Slack, "Formatting text for app surfaces"). */
export const plainText = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Prints messages as threads: the root, its replies indented. */
export function printThreads(messages: readonly SlackMessage[], { brief = false } = {}): void {
  for (const root of messages.filter((m) => m.thread_ts === undefined || m.thread_ts === m.ts)) {
    const replies = messages.filter((m) => m.thread_ts === root.ts && m.ts !== root.ts);
    const time = new Date(Number(root.ts) * 1000).toTimeString().slice(0, 8);
    print(`${cyan(root.channel)} ${dim(time)}`);
    for (const [indent, message] of [['  ', root] as const, ...replies.map((reply) => ['    ↳ ', reply] as const)]) {
      const lines = plainText(message.text).split('\n');
      const [first = '', ...rest] = brief ? inBrief(lines) : lines;
      print(`${indent}${indent === '  ' ? bold(first) : first}`);
      for (const line of rest) print(`${' '.repeat(indent.length)}${line}`);
    }
    print();
  }
}

const showWaiting = (command: Command): Promise<void> =>
  withTarget(command, async (target, { json }) => {
    const found = await readWaiting(target);
    if (json) printJson(found.map(({ outgoing: _, sk: _key, ...item }) => item));
    else printWaiting(found);
  });

export function slackCommand(program: Command): void {
  program
    .command('slack')
    .description(
      'show the messages that the embedded cloud sent to Slack, or those that wait for Slack, also of a stage',
    )
    .option('--channel <name>', 'only this channel, with or without #')
    .option('--waiting', 'the messages that Slack has not taken, and why')
    .action(async ({ channel, waiting }: { channel?: string; waiting?: true }, command: Command) => {
      if (waiting) return showWaiting(command);
      const { json } = localOptions(command);
      const cloud = await readCloud();
      if (!cloud)
        throw new CliError(
          'This shows the embedded cloud\'s messages; start it with "npx tidegate up". On AWS, look in Slack itself.',
          exitCodes.unavailable,
        );
      const all = await readSlack(cloud.endpoint);
      const messages = all.filter((m) => channel === undefined || m.channel === `#${channel.replace(/^#/, '')}`);
      if (json) return printJson(messages);
      if (all.length === 0) print('No messages yet.');
      else if (messages.length === 0) {
        print(
          `There are no messages in ${channel}. Channels with messages: ${[...new Set(all.map((m) => m.channel))].join(', ')}.`,
        );
      }
      printThreads(messages);
      const left = await withTarget(command, readWaiting);
      if (left.length > 0) printWaiting(left);
      print(dim(`Page: ${cloud.endpoint}/_slack/`));
    });
}
