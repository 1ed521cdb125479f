import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The signing secret of the embedded Slack, made at the first start and kept below the state folder. The page signs with it, and the
 * cloud's secret has it, as on AWS the secret has that of the Slack app.
 */
export function localSigningSecret(stateDir: string): string {
  const folder = join(stateDir, 'slack');
  const file = join(folder, 'signing-secret');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) {
    // whole or not at all: a crash must not leave half of a secret
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, randomBytes(16).toString('hex'), { mode: 0o600 });
    renameSync(partial, file);
  }
  return readFileSync(file, 'utf8').trim();
}
