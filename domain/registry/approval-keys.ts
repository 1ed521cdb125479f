const padded = (version: number): string => String(version).padStart(6, '0');

/** Sort keys of the state table that approvals use; the partition is the pipeline. */
export const approvalKeys = {
  /** A message with buttons: where it was posted and what it says. */
  asked: (version: number, messageKey: string): string => `${approvalKeys.asks(version)}${messageKey}`,
  /** All messages with buttons about a version start with this. */
  asks: (version: number): string => `asked#${padded(version)}#`,
  /** An approval of one person, where two must approve. A version that waits again, since another time, starts anew. */
  vote: (version: number, since: string, person: string): string => `${approvalKeys.votes(version, since)}${person}`,
  votes: (version: number, since: string): string => `vote#${padded(version)}#${since}#`,
  /** The one decision on a version in the state that it has had since a time. */
  claim: (version: number, since: string): string => `${approvalKeys.claims(version)}${since}`,
  claims: (version: number): string => `decided#${padded(version)}#`,
  /** A request of Slack that was taken: it works once. */
  request: (digest: string): string => `slack-request#${digest}`,
} as const;

/** The name of the one execution that decides a request of Slack. */
export const slackExecution = (digest: string): string => `slack-${digest}`;
