import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AuditLine } from '#local/cloud/audit';

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

/** Reads the lines of an audit log; one that a crash cut off is passed over. */
export async function* auditLines(file: string): AsyncGenerator<AuditLine> {
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = parsed(text);
    if (line) yield line;
  }
}

function parsed(text: string): AuditLine | undefined {
  try {
    return JSON.parse(text) as AuditLine;
  } catch {
    return undefined;
  }
}
