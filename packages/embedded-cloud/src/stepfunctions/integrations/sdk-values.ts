import type { Json, JsonObject } from '../asl.ts';

/** How times are shown: `aws-sdk:` integrations give ISO 8601, optimised ones milliseconds since the epoch. */
export type TimeForm = 'iso' | 'millis';

const renameKeys = (value: unknown, rename: (key: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [rename(key), renameKeys(member, rename)]));
};

/** Member names as the wire of a camelCase service has them. */
export const toCamelCase = (value: unknown): unknown =>
  renameKeys(value, (key) => key.charAt(0).toLowerCase() + key.slice(1));
/** Member names as state machines have them. */
export const toPascalCase = (value: unknown): unknown =>
  renameKeys(value, (key) => key.charAt(0).toUpperCase() + key.slice(1));

interface Stream {
  transformToString(): Promise<string>;
}
const isStream = (value: object): value is Stream => 'transformToString' in value;

/** An SDK value as JSON: bytes and streams become text. */
async function toJson(value: unknown, time: TimeForm): Promise<Json> {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value as Json;
  if (value instanceof Date) return time === 'iso' ? value.toISOString() : value.getTime();
  if (isStream(value)) return value.transformToString();
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return Promise.all(value.map((item) => toJson(item, time)));
  const entries = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function');
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, member]) => [key, await toJson(member, time)] as const)),
  );
}

/** The answer of an SDK call without its metadata, as JSON. */
export async function answerToJson(answer: object, time: TimeForm): Promise<JsonObject> {
  const { $metadata: _, ...members } = answer as { $metadata?: unknown };
  return (await toJson(members, time)) as JsonObject;
}

/** What optimised integrations add to an answer about the HTTP exchange. */
export function httpMetadata(answer: object): JsonObject {
  const { $metadata } = answer as {
    $metadata?: { httpStatusCode?: number; requestId?: string; httpHeaders?: Readonly<Record<string, string>> };
  };
  const headers = { ...$metadata?.httpHeaders };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: $metadata?.httpStatusCode ?? 200,
    },
    SdkResponseMetadata: { RequestId: $metadata?.requestId ?? '' },
  };
}
