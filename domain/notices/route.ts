import type { Destinations, NotifySettings } from './settings.ts';
import type { Severity } from './severity.ts';

/** Where a message goes. */
export interface Route {
  readonly channel: string;
  /** Appended to the names of its threads, so that a thread stays in one channel; empty in the pipeline's own channel. */
  readonly thread: string;
  /** Who is mentioned, as Slack writes it. From the pipeline's file alone. */
  readonly mentions: readonly string[];
  /** Whether the pipeline does not want it. */
  readonly isQuiet: boolean;
}

const destinationsOf = (slack: NotifySettings['slack']): Destinations =>
  typeof slack === 'string' ? { channel: slack } : (slack ?? {});

/**
 * The route of a message by its pipeline's settings. A critical message is never quiet.
 *
 * @param slack `notify.slack` of the pipeline; undefined when it has none or is unknown
 * @param defaultChannel the channel of the stage
 */
export function routeOf(
  slack: NotifySettings['slack'],
  defaultChannel: string,
  { kind, severity }: { readonly kind: string; readonly severity: Severity },
): Route {
  const { channel: own = defaultChannel, channels, mention = [], quiet = [] } = destinationsOf(slack);
  const channel = channels?.[severity] ?? own;
  const isCritical = severity === 'critical';
  return {
    channel,
    thread: channel === own ? '' : `@${channel}`,
    mentions: isCritical ? [mention].flat() : [],
    isQuiet: !isCritical && quiet.some((name) => name === kind),
  };
}
