import * as z from 'zod';
import type { Algorithm } from '#domain/algorithms/algorithm';
import { boundsText } from '#domain/algorithms/hyperparameter';
import { ALGORITHMS, type Algorithms } from '#domain/algorithms/registry';
import { pipelineSchemaOf } from '#schemas/pipeline';
import type { Task } from '#schemas/records/task';
import type { Chapter, Kind } from '../chapter.ts';
import { table } from '../entry.ts';
import { problemBy } from '../minimal-pipelines.ts';
import { jsonSchemaOf, settingsOf } from '../settings.ts';
import { anyOfThese, code, sentence } from '../words.ts';
import { exampleYaml } from '../yaml.ts';

type Metrics = NonNullable<Algorithm['tuning']>['metrics'][Task];

/** What the hyperparameters are when a pipeline does not set them. What depends on its data is left out. */
function defaultsOf({ tasks, defaults }: Algorithm): string {
  const byTask = tasks.map((task) => {
    const [some, others] = [3, 4].map((classes) =>
      defaults({ task, classes, counts: [], balance: false, weighted: false, monotone: [] }),
    );
    return Object.fromEntries(Object.entries(some ?? {}).filter(([name, value]) => others?.[name] === value));
  });
  const names = [...new Set(byTask.flatMap(Object.keys))];
  const rows = names.map((name) => [code(name), ...byTask.map((own) => code(own[name] ?? '')).map(asNumber)]);
  return `Without values of your own:\n\n${table(['default', ...tasks], rows)}`;
}

/** A number as text needs no quotes here. */
const asNumber = (shown: string): string => shown.replace(/^`'(-?[\d.]+)'`$/, '`$1`');

const directions = (metrics: Metrics): string =>
  anyOfThese(
    Object.entries(metrics).map(([name, way]) => `${code(name)} (${way === 'Maximize' ? 'higher' : 'lower'})`),
  );

/** What a tuning may search, and what it may make best. */
function searchOf({ hyperparameters, tuning, tasks }: Algorithm): string[] {
  if (!tuning) return [];
  const searched = Object.entries(hyperparameters).flatMap(([name, { search }]) =>
    search ? [`${code(name)} (${search.type === 'integer' ? 'whole numbers, ' : ''}${boundsText(search.bounds)})`] : [],
  );
  return [
    `[\`training.tuning.ranges\`](#trainingtuningranges) can search ${searched.join(', ')}.`,
    '[`training.tuning.metric`](#trainingtuningmetric) can be one of these, of which the higher or the lower value is better:',
    tasks.map((task) => `- ${code(task)}: ${directions(tuning.metrics[task])}`).join('\n'),
  ];
}

/** The training algorithms, each with its hyperparameters. */
export function algorithmChapter(algorithms: Algorithms = ALGORITHMS): Chapter {
  const schema = pipelineSchemaOf({ algorithms });
  return {
    title: 'Algorithms',
    text: 'What `training.algorithm` can be, with the hyperparameters of each. A setting that an algorithm does not know is refused, and so is a value outside its range.',
    kinds: algorithms.map((algorithm): Kind => {
      const { name, label, summary, tasks, hyperparameters, example } = algorithm;
      const section = (values: unknown) => ({ training: { algorithm: name, hyperparameters: values } });
      const settings = Object.entries(hyperparameters).map(([key, own]) => [key, own.schema.optional()]);
      return {
        name,
        summary: `${label}. ${sentence(summary)} For tasks of type ${anyOfThese(tasks.map(code))}.`,
        settings: settingsOf(jsonSchemaOf(z.object(Object.fromEntries(settings)))),
        example,
        yaml: exampleYaml(['training'], [section(example).training]),
        notes: [defaultsOf(algorithm), ...searchOf(algorithm)],
        required: [],
        problem: (values) => problemBy(schema, section(values)),
      };
    }),
  };
}
