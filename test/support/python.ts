import { ensurePython, type PythonEnvironment } from '#cli/python/environment';

/** A Python that can train, or why there is none: tests that need it are skipped with the reason. */
export const python: PythonEnvironment | undefined = await ensurePython({
  onProgress: (message) => process.stderr.write(`${message}\n`),
}).catch((error: unknown) => {
  process.stderr.write(`Tests of SageMaker are skipped: ${error instanceof Error ? error.message : String(error)}\n`);
  return undefined;
});
