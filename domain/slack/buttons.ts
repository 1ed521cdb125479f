import * as z from 'zod';

/** What a button asks for: its `action_id`. */
export const buttonActions = ['approve', 'reject', 'roll-back'] as const;
export type ButtonAction = (typeof buttonActions)[number];

/** What a button carries, and nothing else. Slack hands it back as it is. */
export const buttonPayloadSchema = z.strictObject({
  pipeline: z.string().regex(/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/),
  /** The version to decide on; of a roll-back, the version to leave. */
  version: z.int().min(1),
  /** When the button ends, in milliseconds since the epoch. */
  expires: z.int().min(0),
});
export type ButtonPayload = z.output<typeof buttonPayloadSchema>;

/** A button of a message (docs.slack.dev, "Button element"). */
export interface Button {
  readonly action: ButtonAction;
  readonly label: string;
  readonly style?: 'primary' | 'danger';
  /** Asks once more before it is sent. */
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string };
}

/** The buttons of a message, with what they ask about. */
export interface Asks {
  readonly about: 'approval' | 'roll-back';
  readonly payload: ButtonPayload;
  readonly buttons: readonly Button[];
}

/** The text of a payload; undefined when a text is none. */
export const writePayload = (payload: ButtonPayload): string => JSON.stringify(payload);
export function readPayload(text: string): ButtonPayload | undefined {
  try {
    return buttonPayloadSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The buttons of a version that waits for approval. */
export const approvalButtons = (payload: ButtonPayload): Asks => ({
  about: 'approval',
  payload,
  buttons: [
    { action: 'approve', label: 'Approve', style: 'primary' },
    { action: 'reject', label: 'Reject …', style: 'danger' },
  ],
});

/** The button of a version that serves. */
export const rollBackButton = (payload: ButtonPayload): Asks => ({
  about: 'roll-back',
  payload,
  buttons: [
    {
      action: 'roll-back',
      label: 'Roll back …',
      confirm: {
        title: 'Roll back?',
        text: `The version that served before version ${payload.version} of ${payload.pipeline} is deployed and tested again. Version ${payload.version} serves until then.`,
        yes: 'Roll back',
      },
    },
  ],
});

/** The dialog that asks why a version is rejected (docs.slack.dev, "views.open"). @param metadata given back with the answer */
export const reasonDialog = ({ pipeline, version }: ButtonPayload, metadata: string): object => ({
  type: 'modal',
  callback_id: 'reject',
  private_metadata: metadata,
  title: { type: 'plain_text', text: 'Reject a version' },
  submit: { type: 'plain_text', text: 'Reject' },
  close: { type: 'plain_text', text: 'Cancel' },
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: { type: 'plain_text', text: `Why is version ${version} of ${pipeline} rejected?` },
      hint: { type: 'plain_text', text: 'It is kept with the model. Write nothing personal.' },
      element: { type: 'plain_text_input', action_id: 'reason', multiline: true, max_length: 1000 },
    },
  ],
});
