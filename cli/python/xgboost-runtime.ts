import { fileURLToPath } from 'node:url';
import type { ContainerProgram, ContainerRuntime } from 'embedded-cloud/sagemaker';
import { ensurePython } from './environment.ts';

const launcher = fileURLToPath(new URL('launch.py', import.meta.url));
const packages = fileURLToPath(new URL('../../containers/xgboost', import.meta.url));

async function program(command: readonly string[], onProgress: (message: string) => void): Promise<ContainerProgram> {
  const { python, env } = await ensurePython({ onProgress });
  return {
    command: [python, ...command],
    environment: {
      ...env,
      PYTHONPATH: packages,
      TIDEGATE_BIND_ADDRESS: '127.0.0.1',
      // Several containers share the machine: idle OpenMP threads must sleep, not spin.
      OMP_WAIT_POLICY: 'PASSIVE',
    },
  };
}

/**
 * What the embedded SageMaker runs instead of images: `containers/xgboost` for the built-in XGBoost and for an image built
 * from that folder, and Python with XGBoost and NumPy for the scripts of processing jobs.
 */
export const containerRuntimes: readonly ContainerRuntime[] = [
  {
    repositories: ['sagemaker-xgboost', 'tidegate-xgboost'],
    runs: 'algorithm',
    // The launcher needs neither site packages nor settings, and starts faster without them.
    prepare: (onProgress) => program(['-I', '-S', launcher], onProgress),
  },
  {
    repositories: ['sagemaker-xgboost', 'sagemaker-scikit-learn', 'tidegate-xgboost'],
    runs: 'python-script',
    prepare: (onProgress) => program([], onProgress),
  },
];
