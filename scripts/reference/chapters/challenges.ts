import type { ChallengeMode } from '#domain/challenges/challenge-mode';
import { CHALLENGE_MODES } from '#domain/challenges/registry';
import type { Chapter } from '../chapter.ts';
import { problemOf } from '../minimal-pipelines.ts';
import { jsonSchemaOf, settingsOf } from '../settings.ts';
import { sentence } from '../words.ts';
import { exampleYaml } from '../yaml.ts';

/** The modes of a challenge, each with its settings. */
export const challengeChapters = (modes: readonly ChallengeMode[] = CHALLENGE_MODES): Chapter[] => [
  {
    title: 'Modes of a challenge',
    text: 'What `deployment.challenge` can be: `mode` says which. [Challenges](challenges.md) is the guide.',
    kinds: modes.map(({ name, summary, settings, example }) => ({
      name,
      summary: sentence(summary),
      settings: settingsOf(jsonSchemaOf(settings)).filter(({ path }) => path[0] !== 'mode'),
      example,
      yaml: exampleYaml(['deployment', 'challenge'], [example]),
      required: ['mode'],
      problem: (challenge) => problemOf({ deployment: { challenge } }),
    })),
  },
];
