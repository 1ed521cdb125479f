import { openYaml, pathText, problemsText } from 'located-yaml';
import { explainIssues } from 'located-yaml/config-problems';
import { type CostSettings, costSettingsSchema } from '#domain/costs/settings';
import { PipelineConfigError } from '#domain/errors';
import { readingsOf, settingsOf } from '#domain/stage-settings';

/**
 * Reads `costs.yml` as it is in one stage. The settings of every stage are checked.
 *
 * @param file its name, for messages
 * @throws PipelineConfigError naming file, line and path of every problem
 */
export function parseCosts(text: string, file: string, stage: string): CostSettings {
  const read = openYaml(text, 'the file is empty; leave it out, or set a budget or prices');
  if ('problems' in read) throw new PipelineConfigError(problemsText(file, read.problems));
  const problems = readingsOf(read.value).flatMap(({ stage: own, settings }) => {
    const { error } = costSettingsSchema.safeParse(settings);
    if (!error) return [];
    return explainIssues(error, costSettingsSchema, settings).map(({ path, message, atKey }) => {
      const whole = own === undefined ? path : ['stages', own, ...path];
      return { ...read.at(whole, atKey), text: `${pathText(whole)}: ${message}` };
    });
  });
  if (problems.length > 0) throw new PipelineConfigError(problemsText(file, problems));
  return costSettingsSchema.parse(settingsOf(read.value, stage));
}
