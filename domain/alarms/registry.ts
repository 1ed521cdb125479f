import * as z from 'zod';
import type { AlarmKind, Watched } from './alarm-kind.ts';
import { cpu } from './cpu.ts';
import { errors } from './errors.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { overhead } from './overhead.ts';
import { predictions } from './predictions.ts';

/** Every kind of alarm that can watch a roll-out. SageMaker takes at most ten (API Reference, AutoRollbackConfig). */
export const ALARMS = [errors, latency, overhead, cpu, memory, predictions] as const;

/** `deployment.alarms`: limits by kind. */
export type AlarmSettings = Readonly<Record<string, number | undefined>>;

const limit = ({ max, summary, example }: AlarmKind) =>
  z
    .number()
    .gt(0)
    .max(max)
    .optional()
    .meta({ description: summary, examples: [example] });

/** The section `alarms`: a limit for each kind. */
export const alarmsSchemaOf = <const Kinds extends readonly AlarmKind[]>(kinds: Kinds) =>
  z.strictObject(
    Object.fromEntries(kinds.map((kind) => [kind.name, limit(kind)])) as Record<
      Kinds[number]['name'],
      ReturnType<typeof limit>
    >,
  );
export const alarmsSchema = alarmsSchemaOf(ALARMS);

/** The kind of this name. @throws RangeError when there is none */
export function alarmKind(name: string, kinds: readonly AlarmKind[] = ALARMS): AlarmKind {
  const kind = kinds.find((k) => k.name === name);
  if (kind) return kind;
  throw new RangeError(`no alarm is called ${name}`);
}

/** What an alarm of a kind watches, and its limit in the metric's own unit. */
export const alarmRuleOf = (name: string, value: number, watched: Watched, kinds: readonly AlarmKind[] = ALARMS) =>
  alarmKind(name, kinds).rule(value, watched);
