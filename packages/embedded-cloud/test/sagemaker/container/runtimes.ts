import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ContainerRuntime } from '#src/sagemaker/container/runtime';

const program = fileURLToPath(new URL('program.ts', import.meta.url));

/** What tests run in place of images: a small algorithm in Node, and any Python for the scripts of processing jobs. */
export const containers: readonly ContainerRuntime[] = [
  {
    repositories: ['sagemaker-xgboost', 'own-algorithm'],
    runs: 'algorithm',
    prepare: async () => ({ command: [process.execPath, program] }),
  },
  {
    repositories: ['sagemaker-xgboost', 'sagemaker-scikit-learn'],
    runs: 'python-script',
    prepare: async () => ({ command: ['python3'], environment: { PYTHONUNBUFFERED: '1' } }),
  },
];

/** Whether there is a Python: tests of processing jobs are skipped without one. */
export const hasPython: boolean = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'pass']);
    return true;
  } catch {
    return false;
  }
})();
