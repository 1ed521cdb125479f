import { invalid } from '#src/sagemaker/names';

export interface Image {
  /** The built-in algorithm's image: its metrics are known, and its definitions can't be overridden. */
  readonly builtIn: boolean;
}

const known: Readonly<Record<string, Image>> = {
  'sagemaker-xgboost': { builtIn: true },
  'tidegate-xgboost': { builtIn: false },
};

/**
 * Finds what stands in for an image: both run `containers/xgboost`.
 * @param uri `<registry>/<repository>:<tag>` or `…@sha256:…`.
 * @throws AwsError ValidationException for an image that can't be run here.
 */
export const resolveImage = (uri: string): Image => {
  const repository =
    uri
      .replace(/@.*$/, '')
      .replace(/:[^/]*$/, '')
      .split('/')
      .at(-1) ?? '';
  const found = known[repository];
  if (found) return found;
  throw invalid(
    `The image ${uri} cannot be run by the embedded cloud, which runs no Docker images; ` +
      `it stands in for those whose repository is ${Object.keys(known).join(' or ')}.`,
  );
};
