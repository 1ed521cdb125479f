import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LabelGuess, LabelProposal } from '#domain/profiling/label';
import { type PipelineProposal, proposePipeline } from '#domain/profiling/pipeline';
import { profilePage } from '#domain/reports/profile-page';
import { upperFirst } from '#domain/text/upper-first';
import { stateDirectory } from '../project.ts';
import { pipelineYaml } from './pipeline-yaml.ts';
import type { FileProfile } from './profile-file.ts';

/** A label that nobody named: how sure the guess is. */
const withGuess = (label: LabelProposal, { because, sure }: LabelGuess): LabelProposal => ({
  ...label,
  because: `${because}; ${label.because}`,
  ...(sure
    ? {}
    : {
        doubt: ['is this what the model should predict? Name another column with --label', label.doubt]
          .flatMap((own) => (own === undefined ? [] : [upperFirst(own)]))
          .join('. '),
      }),
});

/** The proposal for a file, and its text, which is a valid pipeline. @throws PipelineConfigError if it were not: a fault of Tidegate */
export function proposeFor(name: string, source: string, { file, label, roles, measured, guessed }: FileProfile) {
  const proposal = proposePipeline(
    name,
    file,
    guessed === undefined ? label : withGuess(label, guessed),
    roles,
    measured,
  );
  const text = pipelineYaml(proposal, basename(source));
  return { proposal, text };
}

/** A reason and a question, one after the other. */
const sentences = (because: string | undefined, doubt: string): string =>
  because ? `${because}. ${upperFirst(doubt)}` : doubt;

/** What the author should look at. */
export function doubtsOf(proposal: PipelineProposal): string[] {
  const { csv, label, time, columns, embeddings, maxMalformedFraction } = proposal;
  return [
    ...[csv, label, time, embeddings, maxMalformedFraction].flatMap((own) =>
      own?.doubt === undefined ? [] : [sentences(own.because, own.doubt)],
    ),
    ...columns.flatMap(({ name, doubt, because }) =>
      doubt === undefined ? [] : [`${name}: ${sentences(because, doubt)}`],
    ),
  ];
}

/** Writes the data report of a file. @returns its path */
export function writeProfilePage(
  name: string,
  source: string,
  profile: FileProfile,
  proposal: PipelineProposal,
  out?: string,
): string {
  const path = out ?? join(stateDirectory(), 'reports', `${name}-data.html`);
  const { file, label, measured, ...found } = profile;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    profilePage({
      ...file,
      ...found,
      label,
      proposal,
      file: basename(source),
      doubts: doubtsOf(proposal),
      skills: measured.skills,
      together: measured.together,
    }),
  );
  return path;
}
