import { type LocatedProblem, openYaml, pathText, problemsText, type YamlFile } from 'located-yaml';
import { type ConfigProblem, explainIssues, type Suggest } from 'located-yaml/config-problems';
import type * as z from 'zod';
import { aliasOf } from '#domain/algorithms/registry';
import { PipelineConfigError } from '#domain/errors';
import { has, type Reading, readingsOf, settingsOf } from '#domain/stage-settings';
import { type Pipeline, type PipelineKinds, pipelineSchema, pipelineSchemaOf } from './pipeline.ts';
import { stagesSchema } from './pipeline-stages.ts';

/** Settings whose keys are hyperparameters, below `training`. */
const hyperparameterPaths = ['training.hyperparameters', 'training.tuning.ranges'];

/** What `training.algorithm` is in a file that may be wrong in any way. */
const algorithmIn = (root: unknown): unknown =>
  (root as { readonly training?: { readonly algorithm?: unknown } } | undefined)?.training?.algorithm;

/** How a pipeline's file is read. */
export interface ReadOptions extends PipelineKinds {
  /** The stage whose settings are wanted; without it, those of a stage that the file does not name. */
  readonly stage?: string;
}

const locate = (file: YamlFile, { path, message, atKey }: ConfigProblem): LocatedProblem => ({
  ...file.at(path, atKey),
  text: path.length === 0 ? message : `${pathText(path)}: ${message}`,
});

/** A problem of a stage's settings, at their place below `stages`. A setting of the file may be what does not fit. */
function inStage({ path, message, atKey }: ConfigProblem, { stage }: Reading, file: unknown): ConfigProblem {
  const inherited = has(file, path) && !has(file, ['stages', stage ?? '', ...path]);
  const origin = inherited ? ` The value is that of ${pathText(path)}; null takes it out.` : '';
  return { path: ['stages', stage ?? '', ...path], message: `${message}${origin}`, atKey };
}

const isSame = (a: ConfigProblem) => (b: ConfigProblem) =>
  a.message === b.message && pathText(a.path) === pathText(b.path);

/** Everything wrong with a file: in its own settings, in `stages`, and in what each stage makes of them. */
function problemsOf(value: unknown, schema: z.ZodType, suggest: Suggest): ConfigProblem[] {
  const check = (own: z.ZodType, settings: unknown) => {
    const { error } = own.safeParse(settings);
    return error ? explainIssues(error, own, settings, suggest) : [];
  };
  const [plain, ...staged] = readingsOf(value);
  const common = check(schema, plain?.settings);
  const stages = (value as { readonly stages?: unknown }).stages;
  const form = stages === undefined ? [] : check(stagesSchema, stages);
  // what a stage may not set would be refused once more as a part of the whole
  const wholes = form.length > 0 ? [] : staged;
  return [
    ...common,
    ...form.map(({ path, ...rest }) => ({ ...rest, path: ['stages', ...path] })),
    ...wholes.flatMap((reading) =>
      check(schema, reading.settings)
        .filter((problem) => !common.some(isSame(problem)))
        .map((problem) => inStage(problem, reading, value)),
    ),
  ];
}

/**
 * Reads a pipeline's definition as it is in one stage. The settings of every stage are checked.
 *
 * @param file its name, for messages
 * @param kinds what it may name instead of the registered kinds
 * @throws PipelineConfigError naming file, line and column, path, what was found and what is allowed, for every problem at once
 */
export function parsePipeline(text: string, file: string, { stage, ...kinds }: ReadOptions = {}): Pipeline {
  const schema = kinds.algorithms === undefined ? pipelineSchema : pipelineSchemaOf(kinds);
  const read = openYaml(text, 'the file is empty; it must define a pipeline');
  if ('problems' in read) throw new PipelineConfigError(problemsText(file, read.problems));
  const problems = problemsOf(read.value, schema, (path, key, root) =>
    hyperparameterPaths.includes(path.join('.')) ? aliasOf(key, algorithmIn(root), kinds.algorithms) : undefined,
  );
  if (problems.length > 0) {
    throw new PipelineConfigError(
      problemsText(
        file,
        problems.map((problem) => locate(read, problem)),
      ),
    );
  }
  return schema.parse(settingsOf(read.value, stage));
}
