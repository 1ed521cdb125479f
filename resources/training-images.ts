import type { TrainingImage } from '../domain/algorithms/algorithm.ts';
import { ALGORITHMS, type Algorithms } from '../domain/algorithms/registry.ts';
import { ref, type Value } from './cloudformation.ts';

/** The mapping of an algorithm's registry accounts, as `LinearLearnerRegistry` for linear-learner. */
const mappingName = (algorithm: string): string =>
  `${algorithm.replaceAll(/(^|-)([a-z0-9])/g, (_, _hyphen, first: string) => first.toUpperCase())}Registry`;

/** CloudFormation mappings from region to registry account, one per algorithm. */
export const registryMappings = (algorithms: Algorithms = ALGORITHMS): Record<string, Value> =>
  Object.fromEntries(
    algorithms.map(({ name, image }) => [
      mappingName(name),
      Object.fromEntries(Object.entries(image.accounts).map(([region, id]) => [region, { Account: id }])),
    ]),
  );

/** Names of the image repositories that the training and serving roles may pull from. */
export const imageRepositories = (algorithms: Algorithms = ALGORITHMS): string[] => [
  ...new Set(algorithms.map(({ image }) => image.repository)),
];

/**
 * The environment variable TRAINING_IMAGES: the image of every algorithm in the stack's region, as a JSON object.
 *
 * @param versionOf the version of an image: its default, or the one from a Serverless parameter
 */
export async function trainingImages(
  versionOf: (image: TrainingImage) => Promise<string>,
  algorithms: Algorithms = ALGORITHMS,
): Promise<Value> {
  const uris: Record<string, string> = {};
  const accounts: Record<string, Value> = {};
  for (const { name, image } of algorithms) {
    const mapping = mappingName(name);
    uris[name] =
      `\${${mapping}}.dkr.ecr.\${AWS::Region}.\${AWS::URLSuffix}/${image.repository}:${await versionOf(image)}`;
    accounts[mapping] = { 'Fn::FindInMap': [mapping, ref('AWS::Region'), 'Account'] };
  }
  return { 'Fn::Sub': [JSON.stringify(uris), accounts] };
}
