import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalButtons, readPayload, reasonDialog, rollBackButton, writePayload } from '#domain/slack/buttons';
import { answeredMessage, composeMessage, limits } from '#domain/slack/message';
import { checkBlocks } from '../../../cli/slack-page/block-kit.ts';

const payload = { pipeline: 'loan-default', version: 3, expires: 1_770_000_000_000 };

describe('what a button carries', () => {
  it('comes back as it was, and is the pipeline, the version and the end alone', () => {
    expect(readPayload(writePayload(payload))).toEqual(payload);
    expect(Object.keys(JSON.parse(writePayload(payload)))).toEqual(['pipeline', 'version', 'expires']);
  });

  it('is nothing else: any other text has no meaning', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void expect(readPayload(text)).toBeUndefined()));
    expect(readPayload(JSON.stringify({ ...payload, by: 'U0ALICE' }))).toBeUndefined();
  });
});

describe('a message with buttons', () => {
  const parts = Array.from({ length: 60 }, (_, i) => ({ lines: [`line ${i}`] }));

  it.each([approvalButtons(payload), rollBackButton(payload)])(
    'is within Slack’s limits, buttons last: %#',
    (actions) => {
      const { blocks, asks } = composeMessage({ heading: 'h', parts, actions });

      expect(checkBlocks(blocks)).toEqual([]);
      expect(blocks).toHaveLength(limits.blocks);
      expect(blocks.at(-1)?.type).toBe('actions');
      expect(asks).toEqual({ version: 3, about: actions.about });
    },
  );

  it('loses them when it is answered, and keeps them while it is not', () => {
    const message = composeMessage({ heading: 'h', parts, actions: approvalButtons(payload) });
    const closed = answeredMessage(message, [['Approved by ', { user: 'U0ALICE' }]]);
    const open = answeredMessage(message, [], true);

    expect(closed.blocks.some(({ type }) => type === 'actions')).toBe(false);
    expect(closed.blocks.at(-1)).toEqual({
      type: 'context',
      elements: [{ type: 'mrkdwn', text: 'Approved by <@U0ALICE>', verbatim: true }],
    });
    expect(open.blocks.at(-1)?.type).toBe('actions');
    for (const { blocks } of [closed, open]) expect(blocks.length).toBeLessThanOrEqual(limits.blocks);
  });
});

it('the dialog asks for a reason within Slack’s limits', () => {
  const dialog = JSON.parse(JSON.stringify(reasonDialog(payload, 'metadata')));

  expect(dialog.title.text.length).toBeLessThanOrEqual(24);
  expect(dialog.private_metadata).toBe('metadata');
  expect(dialog.blocks[0].label.text).toContain('version 3 of loan-default');
});
