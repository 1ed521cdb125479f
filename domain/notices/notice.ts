import * as z from 'zod';
import type { Pricing } from '#domain/costs/price-table';
import type { RunPointer } from '#domain/runs/layout';
import type { Message } from '#domain/slack/message';
import type { Severity, SeverityRule } from './severity.ts';

/** What a notice may read besides its event. */
export interface NoticePorts {
  /** The artifacts bucket; keys as in `domain/runs/layout`. */
  readonly artifacts: {
    /** @throws NotFoundError when the object is missing */
    readJson<Schema extends z.ZodType>(key: string, schema: Schema): Promise<z.output<Schema>>;
  };
  /** The state table: partition key pipeline, sort key `champion`, `run#<id>` … */
  readonly store: {
    get(pk: string, sk: string): Promise<Readonly<Record<string, unknown>> | undefined>;
    /** Items whose sort key starts with a prefix, newest first. */
    list(pk: string, skPrefix: string, limit?: number): Promise<readonly Readonly<Record<string, unknown>>[]>;
  };
  readonly stage: string;
  /** The prices of the stage. */
  readonly pricing: Pricing;
  /** Until when the buttons of a message about a pipeline work, in ms since the epoch; undefined where nobody may use them. */
  readonly buttons?: (pipeline: string) => { readonly expires: number } | undefined;
  /** Web address of an object of the artifacts bucket. */
  link(key: string): string;
  /** Web address of an endpoint's page in the console. */
  endpointLink(endpointName: string): string;
}

/** The destination of a message: the channel of its pipeline, and the thread of its decision or run. */
export interface Address {
  /** Unique per event within its kind. A message is sent only once per key. */
  readonly key: string;
  /** Defaults to the run's pipeline; without a run, the default channel is used. */
  readonly pipeline?: string | null | undefined;
  readonly run?: RunPointer | null | undefined;
  /** The decision that caused the event, if any: its thread is preferred to the run's. */
  readonly decision?: { readonly version: number; readonly at: string } | null | undefined;
  /** The trouble that it reports, if it may come again: a repeated one joins the thread of the first, with a count. */
  readonly trouble?: Trouble | undefined;
}

/** Trouble that lasts: the same name in the same pipeline is the same trouble. */
export interface Trouble {
  readonly name: string;
  /** Whether the message says that it is over: the next one opens a card again. */
  readonly isOver?: boolean;
}

/** A message ready to be sent. */
export interface Outgoing {
  /** Unique over all kinds of notices. */
  readonly key: string;
  readonly pipeline: string | undefined;
  /** The threads it may join, in order: the first that is open. If none is, the message opens the last. */
  readonly threads: readonly string[];
  readonly message: Message;
  readonly kind: string;
  readonly severity: Severity;
  /** Whether it is shown in the channel too when it joins a thread: every critical message is. */
  readonly broadcast: boolean;
  /** Follows in the thread of the message. */
  readonly details?: Message | undefined;
  readonly trouble?: Trouble | undefined;
}

/** The definition of a kind in a file of `domain/notices`. */
export interface NoticeDefinition<Name extends string, Event extends z.ZodRawShape, Loaded> {
  /** The event's `kind`. */
  readonly name: Name;
  /** When it is sent, in one sentence. */
  readonly summary: string;
  /** How much it matters: which channel it goes to, and whether somebody is mentioned. */
  readonly severity: SeverityRule<z.output<z.ZodObject<Event>>, Loaded>;
  /** Whether it is shown in the channel too when it joins a thread. */
  readonly broadcast?: boolean;
  /** The state machine's input besides the kind: only pointers and outcomes. */
  readonly event: Event;
  readonly example: z.input<z.ZodObject<Event>>;
  address(event: z.output<z.ZodObject<Event>>, stage: string): Address;
  /** Reads further data for the message. */
  load?(ports: NoticePorts, event: z.output<z.ZodObject<Event>>): Promise<Loaded>;
  message(event: z.output<z.ZodObject<Event>>, loaded: Loaded, stage: string): Message;
  /** What follows in the thread of the message; undefined when there is no more to say. */
  details?(event: z.output<z.ZodObject<Event>>, loaded: Loaded, stage: string): Message | undefined;
}

/** The full definition of one kind of notice. */
export interface NoticeKind<Event = unknown, Name extends string = string> {
  readonly name: Name;
  readonly summary: string;
  /** The severities it may have. */
  readonly severities: readonly Severity[];
  readonly schema: z.ZodType<Event>;
  readonly example: Readonly<Record<string, unknown>>;
  compose(ports: NoticePorts, event: Event): Promise<Outgoing>;
}

export function defineNotice<const Name extends string, Event extends z.ZodRawShape, Loaded = undefined>(
  definition: NoticeDefinition<Name, Event, Loaded>,
): NoticeKind<{ readonly kind: Name } & z.output<z.ZodObject<Event>>, Name> {
  const { name, summary, severity: rule, broadcast = false, event, example, address, load, message } = definition;
  return {
    name,
    summary,
    severities: typeof rule === 'string' ? [rule] : rule.among,
    schema: z.object({ ...event, kind: z.literal(name) }) as never,
    example: { kind: name, ...example },
    async compose(ports, notice) {
      const { key, pipeline, run, decision, trouble } = address(notice, ports.stage);
      const loaded = (await load?.(ports, notice)) as Loaded;
      const severity = typeof rule === 'string' ? rule : rule.of(notice, loaded);
      const details = definition.details?.(notice, loaded, ports.stage);
      return {
        key: `${name}#${key}`,
        pipeline: run?.pipeline ?? pipeline ?? undefined,
        threads: [...(decision ? [`decision#${decision.version}#${decision.at}`] : []), ...(run ? [run.runId] : [])],
        message: message(notice, loaded, ports.stage),
        kind: name,
        severity,
        broadcast: broadcast || severity === 'critical',
        ...(details ? { details } : {}),
        ...(trouble ? { trouble } : {}),
      };
    },
  };
}

/** Seconds between two ISO 8601 times. */
export const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;
