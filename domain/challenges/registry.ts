import * as z from 'zod';
import { findKind } from '#domain/find-kind';
import { ab } from './ab.ts';
import type { ChallengeMode } from './challenge-mode.ts';
import { shadow } from './shadow.ts';

/** Every mode of `deployment.challenge`. */
export const CHALLENGE_MODES = [shadow, ab] as const;

/** The mode of this name. @throws TypeError when there is none */
export const challengeMode = (name: string, modes: readonly ChallengeMode[] = CHALLENGE_MODES): ChallengeMode =>
  findKind(modes, name, 'mode of a challenge');

type SettingsOf<Mode> = Mode extends ChallengeMode<string, infer Settings> ? z.output<Settings> : never;
/** The section `deployment.challenge`, with defaults filled in. */
export type ChallengeSettings = SettingsOf<(typeof CHALLENGE_MODES)[number]>;

/** The section `deployment.challenge`: the settings of one of the modes. */
export const challengeSchemaOf = (modes: readonly ChallengeMode[]) =>
  z.discriminatedUnion(
    'mode',
    modes.map(({ settings }) => settings) as never,
  ) as unknown as z.ZodType<ChallengeSettings>;
export const challengeSchema = challengeSchemaOf(CHALLENGE_MODES).meta({
  examples: CHALLENGE_MODES.map(({ example }) => example),
  description:
    'An approved model first runs beside the champion, on an endpoint of its own, and is rolled out when it has won. See [challenges](challenges.md).',
});
