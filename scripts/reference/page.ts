import { pipelineFileSchema } from '#schemas/pipeline-stages';
import { type Chapter, chapterText } from './chapter.ts';
import { algorithmChapter } from './chapters/algorithms.ts';
import { challengeChapters } from './chapters/challenges.ts';
import { columnChapters } from './chapters/columns.ts';
import { constraintChapters } from './chapters/constraints.ts';
import { driftChapters } from './chapters/drift.ts';
import { endpointTests } from './chapters/endpoint-tests.ts';
import { evaluationChapters } from './chapters/evaluation.ts';
import { noticeChapters } from './chapters/notices.ts';
import { entryOf, link, yamlBlock } from './entry.ts';
import { MINIMAL_PIPELINES } from './minimal-pipelines.ts';
import { jsonSchemaOf, type Setting, settingsOf } from './settings.ts';
import { block } from './yaml.ts';

/** Chapters on kinds, by the section of the pipeline that names them. */
const CHAPTERS: Readonly<Record<string, readonly Chapter[]>> = {
  dataset: columnChapters(),
  constraints: constraintChapters(),
  training: [algorithmChapter()],
  evaluation: evaluationChapters(),
  deployment: challengeChapters(),
  drift: driftChapters(),
  notify: noticeChapters(),
};

/** Settings with a separate chapter, and their allowed values. */
const closed = new Map([
  ['dataset.columns', 'a mapping from the name of each column to a [column](#columns)'],
  ['training.hyperparameters', 'a mapping from names to values, see [Algorithms](#algorithms)'],
  ['training.tuning.ranges', 'a mapping from names to ranges'],
  ['constraints', 'a list of [constraints](#kinds-of-constraints)'],
  ['deployment.challenge', 'a [mode of a challenge](#modes-of-a-challenge) with its settings'],
  ['evaluation.gates', 'a list of [gates](#gates), at least one'],
  [
    'stages',
    'a mapping from the name of each stage to sections: at most 7 lower-case letters and digits, a letter first',
  ],
]);

/** Every setting of the pipeline's file. */
export const pipelineSettings = (): Setting[] => settingsOf(jsonSchemaOf(pipelineFileSchema), closed);

/** Every chapter on kinds. */
export const allChapters = (): Chapter[] => [...Object.values(CHAPTERS).flat(), endpointTests()];

const minimal = Object.entries(MINIMAL_PIPELINES.binary)
  .flatMap(([key, value]) => block(key, value, '', 60))
  .join('\n');

const head = `# Pipeline reference

Every setting of a pipeline file, \`pipelines/<name>.yml\`. [Pipelines](pipelines.md) is the guide.

\`npm run reference\` writes this page from the schemas and registries. Tests check that it is up to date and that every example on it is valid.

This is a short pipeline. What it leaves out has a default or is optional. An example below shows one setting; add it to a pipeline like this one.

${yamlBlock(minimal)}`;

/** The settings of a section, and the chapters on its kinds. */
function sectionText(settings: readonly Setting[], all: readonly Setting[]): string {
  const [section, ...rest] = settings;
  const chapters = CHAPTERS[section?.path[0] ?? ''] ?? [];
  return [
    ...(section ? [entryOf(section, all, 2)] : []),
    ...rest.map((setting) => entryOf(setting, all, 3)),
    ...chapters.map((chapter) => chapterText(chapter)),
  ].join('\n\n');
}

function contents(sections: readonly (readonly Setting[])[]): string {
  const lines = sections.map(([section]) => {
    const name = section?.path.join('.') ?? '';
    const chapters = (CHAPTERS[name] ?? []).map(({ title }) => link(title));
    return `- ${[link(`\`${name}\``), ...chapters].join(' · ')}`;
  });
  return [...lines, `- ${link(endpointTests().title)}`].join('\n');
}

/** \`docs/reference.md\`. */
export function referencePage(): string {
  const all = pipelineSettings();
  const sections = Object.values(Object.groupBy(all, ({ path }) => path[0] ?? '')).filter((own) => own !== undefined);
  return `${[
    head,
    contents(sections),
    ...sections.map((own) => sectionText(own, all)),
    chapterText(endpointTests(), 2),
  ].join('\n\n')}\n`;
}
