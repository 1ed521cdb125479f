import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The audit logs among files and folders, folders searched to any depth.
 * @throws Error for a path that does not exist
 */
export function auditFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) throw new Error(`${path} does not exist: name audit logs (*.jsonl) or folders of them.`);
    if (statSync(path).isFile()) return [path];
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /^audit.*\.jsonl$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  });
}
