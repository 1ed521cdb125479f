import * as z from 'zod';
import { ALGORITHMS, type Algorithms } from '#domain/algorithms/registry';
import { pipelineSchemaOf } from '#schemas/pipeline';
import type { Chapter, Kind } from '../chapter.ts';
import { problemBy } from '../minimal-pipelines.ts';
import { jsonSchemaOf, settingsOf } from '../settings.ts';
import { anyOfThese, code, sentence } from '../words.ts';
import { exampleYaml } from '../yaml.ts';

/** The training algorithms, each with its hyperparameters. */
export function algorithmChapter(algorithms: Algorithms = ALGORITHMS): Chapter {
  const schema = pipelineSchemaOf({ algorithms });
  return {
    title: 'Algorithms',
    text: 'What `training.algorithm` can be, with the hyperparameters of each. A setting that an algorithm does not know is refused, and so is a value outside its range.',
    kinds: algorithms.map(({ name, label, summary, tasks, hyperparameters, example }): Kind => {
      const section = (values: unknown) => ({ training: { algorithm: name, hyperparameters: values } });
      const settings = Object.entries(hyperparameters).map(([key, own]) => [key, own.schema.optional()]);
      return {
        name,
        summary: `${label}. ${sentence(summary)} For tasks of type ${anyOfThese(tasks.map(code))}.`,
        settings: settingsOf(jsonSchemaOf(z.object(Object.fromEntries(settings)))),
        example,
        yaml: exampleYaml(['training'], [section(example).training]),
        required: [],
        problem: (values) => problemBy(schema, section(values)),
      };
    }),
  };
}
