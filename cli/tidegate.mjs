#!/usr/bin/env node
// Starts the command line on Node 24, which runs TypeScript directly: the project's own copy when this Node is older.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

if (major >= 24) {
  // Compiled once, not at every command: half of the time that a command takes to start.
  module.enableCompileCache(join(here, '..', 'node_modules', '.cache', 'tidegate-compiled'));
  await import('./main.ts');
} else {
  const node = join(here, '..', 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) {
    const message = `tidegate needs Node 24; this is ${process.version}. Run "npm ci" in ${join(here, '..')}: it brings its own.`;
    const error = { name: 'UnavailableError', message, exitCode: 5 };
    process.stderr.write(process.argv.includes('--json') ? `${JSON.stringify({ error }, null, 2)}\n` : `${message}\n`);
    process.exit(error.exitCode);
  }
  const { status, signal } = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // 128 and the signal's number, as shells say it
  process.exit(signal ? 128 + constants.signals[signal] : (status ?? 1));
}
