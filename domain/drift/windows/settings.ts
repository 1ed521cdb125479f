import * as z from 'zod';
import { unreachable } from '#domain/unreachable';
import { lengthHours } from './hours.ts';

const lengthSchema = z.string().regex(/^[1-9]\d*[hd]$/, 'hours or days, as 24h or 7d');
const kindOf = <K extends string>(kind: K) =>
  z.literal(kind).describe('Which rows a window is compared with: those of the holdout, or those of earlier windows.');

/** `drift.reference`: what a window of captured requests is compared with. */
export const referenceSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: kindOf('training') }).strict(),
    z
      .object({
        kind: kindOf('rolling'),
        length: lengthSchema
          .default('28d')
          .describe('How long a rolling reference is, in hours or days. It ends where the window begins.'),
      })
      .strict(),
    z
      .object({
        kind: kindOf('season'),
        period: lengthSchema
          .default('7d')
          .describe(
            'After how long the season comes again, in hours or days: `7d` for the days of the week, `365d` for the months of the year. At least as long as `drift.window`.',
          ),
        periods: z.int().min(1).max(60).default(4).describe('How many earlier seasons are added up.'),
      })
      .strict(),
  ])
  .default({ kind: 'training' })
  .meta({
    description:
      'What a window of captured requests is compared with. `training`: the rows that the model was evaluated on. `rolling`: the `length` before the window. `season`: the same hours one period earlier, two periods earlier, and so on. See [references](drift.md#references).',
    examples: [
      { kind: 'rolling', length: '28d' },
      { kind: 'season', period: '7d', periods: 4 },
    ],
  });
export type ReferenceSettings = z.infer<typeof referenceSchema>;

/** `drift.onCapture`: checks as captured requests arrive. */
export const onCaptureSchema = z
  .strictObject({
    every: z
      .string()
      .regex(/^[1-9]\d{0,3}[mh]$/, 'minutes or hours, as 15m or 2h')
      .refine((every) => everySeconds(every) <= 86_400, 'at most 24h')
      .meta({
        description:
          'The first captured request after the last such check starts one this much later, so that there is at most one in this time.',
        examples: ['30m'],
      }),
  })
  .meta({
    description:
      'Checks also as captured requests arrive, beside the schedule. Without it, the schedule alone starts checks. See [as captures arrive](drift.md#as-captures-arrive).',
    examples: [{ every: '1h' }],
  });

/** A length of time such as `15m` or `2h`, in seconds. */
export const everySeconds = (every: string): number => Number.parseInt(every, 10) * (every.endsWith('h') ? 3600 : 60);

/** Why `drift.onCapture` does not go with the source of the checks; undefined when it does. */
export const onCaptureProblem = ({
  source,
  onCapture,
}: {
  readonly source: string;
  readonly onCapture?: object | undefined;
}): string | undefined =>
  onCapture !== undefined && source !== 'captures'
    ? 'checks of drops do not look at captured requests; set drift.source to captures, or leave it out'
    : undefined;

/** How far back a reference reaches from the start of a window, in hours. */
export function referenceHours(reference: ReferenceSettings): number {
  switch (reference.kind) {
    case 'training':
      return 0;
    case 'rolling':
      return lengthHours(reference.length);
    case 'season':
      return lengthHours(reference.period) * reference.periods;
    default:
      return unreachable(reference, 'reference of a drift check');
  }
}

/** How far back a check reads what was counted, in hours. */
export const hoursNeeded = ({
  window,
  reference,
}: {
  readonly window: string;
  readonly reference: ReferenceSettings;
}): number => lengthHours(window) + referenceHours(reference);

/** Days after which nothing reads what was counted, two for the hours at both ends among them. */
export const keptDays = (drift: Parameters<typeof hoursNeeded>[0]): number => Math.ceil(hoursNeeded(drift) / 24) + 2;

/** Why a reference does not go with the other settings; undefined when it does. */
export function referenceProblem({
  source,
  window,
  reference,
}: {
  readonly source: string;
  readonly window: string;
  readonly reference: ReferenceSettings;
}): string | undefined {
  if (reference.kind === 'training') return undefined;
  if (source !== 'captures')
    return 'earlier windows are of captured requests; set drift.source to captures, or leave it out';
  if (reference.kind === 'season' && lengthHours(window) > lengthHours(reference.period))
    return `a window of ${window} is longer than the period of ${reference.period} and would be compared with itself; set a shorter drift.window`;
  return undefined;
}
