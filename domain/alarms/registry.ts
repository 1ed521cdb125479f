import * as z from 'zod';
import type { AlarmKind } from './alarm-kind.ts';
import { cpu } from './cpu.ts';
import { errors } from './errors.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { overhead } from './overhead.ts';

/** Every kind of alarm that can watch a roll-out. SageMaker takes at most ten (API Reference, AutoRollbackConfig). */
export const ALARMS = [errors, latency, overhead, cpu, memory] as const;
export type AlarmName = (typeof ALARMS)[number]['name'];

/** `deployment.alarms`: limits by kind. */
export type AlarmSettings = Readonly<Partial<Record<AlarmName, number | undefined>>>;

const limit = ({ max, summary, example }: AlarmKind) =>
  z
    .number()
    .gt(0)
    .max(max)
    .optional()
    .meta({ description: summary, examples: [example] });

/** The section `alarms`, a limit for each kind. */
export const alarmsSchema = z.strictObject(
  Object.fromEntries(ALARMS.map((kind) => [kind.name, limit(kind)])) as Record<AlarmName, ReturnType<typeof limit>>,
);

/** The kind of this name. */
export const alarmKind = (name: AlarmName): AlarmKind => ALARMS.find((kind) => kind.name === name) as AlarmKind;
