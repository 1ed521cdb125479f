import * as z from 'zod';
import type { RunPointer } from '#domain/runs/layout';
import type { Message } from '#domain/slack/message';

/** What a notice may read besides its event. */
export interface NoticePorts {
  /** The artifacts bucket; keys as in `domain/runs/layout`. */
  readonly artifacts: {
    /** @throws NotFoundError when the object is missing */
    readJson<Schema extends z.ZodType>(key: string, schema: Schema): Promise<z.output<Schema>>;
  };
  /** The state table: partition key pipeline, sort key `champion`, `run#<id>` … */
  readonly store: { get(pk: string, sk: string): Promise<Readonly<Record<string, unknown>> | undefined> };
  readonly stage: string;
  /** Until when the buttons of a message about a pipeline work, in ms since the epoch; undefined where nobody may use them. */
  readonly buttons?: (pipeline: string) => { readonly expires: number } | undefined;
  /** Web address of an object of the artifacts bucket. */
  link(key: string): string;
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
}

/** A message ready to be sent. */
export interface Outgoing {
  /** Unique over all kinds of notices. */
  readonly key: string;
  readonly pipeline: string | undefined;
  /** The threads it may join, in order: the first that is open. If none is, the message opens the last. */
  readonly threads: readonly string[];
  readonly message: Message;
}

/** The definition of a kind in a file of `domain/notices`. */
export interface NoticeDefinition<Name extends string, Event extends z.ZodRawShape, Loaded> {
  /** The event's `kind`. */
  readonly name: Name;
  /** When it is sent, in one sentence. */
  readonly summary: string;
  /** The state machine's input besides the kind: only pointers and outcomes. */
  readonly event: Event;
  readonly example: z.input<z.ZodObject<Event>>;
  address(event: z.output<z.ZodObject<Event>>, stage: string): Address;
  /** Reads further data for the message. */
  load?(ports: NoticePorts, event: z.output<z.ZodObject<Event>>): Promise<Loaded>;
  message(event: z.output<z.ZodObject<Event>>, loaded: Loaded, stage: string): Message;
}

/** The full definition of one kind of notice. */
export interface NoticeKind<Event = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly schema: z.ZodType<Event>;
  readonly example: Readonly<Record<string, unknown>>;
  compose(ports: NoticePorts, event: Event): Promise<Outgoing>;
}

export function defineNotice<const Name extends string, Event extends z.ZodRawShape, Loaded = undefined>(
  definition: NoticeDefinition<Name, Event, Loaded>,
): NoticeKind<{ readonly kind: Name } & z.output<z.ZodObject<Event>>> {
  const { name, summary, event, example, address, load, message } = definition;
  return {
    name,
    summary,
    schema: z.object({ ...event, kind: z.literal(name) }) as never,
    example: { kind: name, ...example },
    async compose(ports, notice) {
      const { key, pipeline, run, decision } = address(notice, ports.stage);
      const loaded = (await load?.(ports, notice)) as Loaded;
      return {
        key: `${name}#${key}`,
        pipeline: run?.pipeline ?? pipeline ?? undefined,
        threads: [...(decision ? [`decision#${decision.version}#${decision.at}`] : []), ...(run ? [run.runId] : [])],
        message: message(notice, loaded, ports.stage),
      };
    },
  };
}

/** Seconds between two ISO 8601 times. */
export const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;
