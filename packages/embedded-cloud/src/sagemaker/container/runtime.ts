import { invalid } from '#src/sagemaker/names';

/**
 * A program that runs in place of container images: the embedded cloud runs no Docker images. Given by
 * `startCloud({ sageMaker: { containers } })`.
 */
export interface ContainerRuntime {
  /** Repositories of the images: the last part of `<registry>/<repository>:<tag>`. */
  readonly repositories: readonly string[];
  /**
   * `algorithm` trains and serves: the command gets the argument `train` or `serve`. `python-script` runs the Python
   * scripts of processing jobs: the command is an interpreter. One repository may be in one runtime of each kind.
   */
  readonly runs: 'algorithm' | 'python-script';
  /**
   * Makes the program ready, by installing what it needs for example. Called before each start, so it should remember.
   * @throws Error when it cannot be made ready: the job fails
   */
  prepare(onProgress: (message: string) => void): Promise<ContainerProgram>;
}

/**
 * How a runtime is started. The process sees /opt/ml at `SAGEMAKER_BASE_DIR`, and its standard input is a pipe that closes
 * when the cloud dies: it should end then. `serve` listens on 127.0.0.1 at the port of `SAGEMAKER_BIND_TO_PORT` (0: any
 * free one) and prints a line that ends in ` on http://127.0.0.1:<port>`.
 */
export interface ContainerProgram {
  /** Program and first arguments. */
  readonly command: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The repository's name in `<registry>/<repository>:<tag>` or `…@sha256:…`. */
export const repositoryOf = (uri: string): string =>
  uri
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '')
    .split('/')
    .at(-1) ?? '';

const PURPOSES: Readonly<Record<ContainerRuntime['runs'], string>> = {
  algorithm: 'It has a runtime for training and serving in place of',
  'python-script': 'It runs Python scripts in place of',
};

/**
 * Finds the runtime of an image.
 * @throws AwsError ValidationException for an image that cannot be run here
 */
export function runtimeOf(
  runtimes: readonly ContainerRuntime[],
  runs: ContainerRuntime['runs'],
  uri: string,
): ContainerRuntime {
  const able = runtimes.filter((runtime) => runtime.runs === runs);
  const found = able.find(({ repositories }) => repositories.includes(repositoryOf(uri)));
  if (found) return found;
  const names = able.flatMap(({ repositories }) => repositories);
  throw invalid(
    `The image ${uri} cannot be run by the embedded cloud, which runs no Docker images. ${PURPOSES[runs]} ` +
      `${names.length === 0 ? 'no image: give startCloud a container runtime' : `images of ${names.join(', ')}`}.`,
  );
}
