import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));

/**
 * A Python with Evidently and NannyML, in an environment below `.tidegate` that is made once. Evidently does not read the tables of pandas 3.
 *
 * @param chosen an interpreter that has them already
 */
export function pythonWithOtherTools(chosen: string | undefined): string {
  if (chosen !== undefined) return chosen;
  const folder = join(project, '.tidegate', 'bench-python');
  const [python, ready] = [join(folder, 'bin', 'python'), join(folder, 'ready')];
  if (existsSync(ready)) return python;
  mkdirSync(folder, { recursive: true });
  console.error('Installing Evidently and NannyML from PyPI, once');
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'pandas<3', 'evidently', 'nannyml', 'pyarrow'], {
    stdio: 'inherit',
  });
  writeFileSync(ready, '');
  return python;
}
