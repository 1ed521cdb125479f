'use strict';

const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } = require('node:fs');
const { join } = require('node:path');

/** The native package for one architecture. */
function bindingName(architecture, binding) {
  if (binding === 'host') return `@duckdb/node-bindings-${process.platform}-${process.arch}`;
  return `@duckdb/node-bindings-linux-${architecture === 'arm64' ? 'arm64' : 'x64'}`;
}

/**
 * Fetches a package that npm skipped because it is for another platform, checks its digest against the lock file and unpacks it
 * below node_modules/.cache. Only the first call needs the npm registry.
 */
function fetchForeignPackage(serviceDir, name, { version, integrity }) {
  const target = join(
    serviceDir,
    'node_modules',
    '.cache',
    'tidegate-bindings',
    `${name.replaceAll('/', '__')}-${version}`,
  );
  if (existsSync(join(target, 'package'))) return join(target, 'package');
  mkdirSync(join(target, '..'), { recursive: true });
  const work = mkdtempSync(`${target}-`);
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const [packed] = JSON.parse(
      execFileSync(npm, ['pack', `${name}@${version}`, '--json', '--pack-destination', work], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const tarball = join(work, packed.filename);
    const [algorithm, expected] = integrity.split('-', 2);
    const actual = createHash(algorithm).update(readFileSync(tarball)).digest('base64');
    if (actual !== integrity.slice(algorithm.length + 1)) {
      throw new Error(`${name}@${version}: digest ${algorithm}-${actual} is not the ${expected} of package-lock.json`);
    }
    execFileSync('tar', ['-xzf', tarball, '-C', work]);
    rmSync(tarball);
    rmSync(target, { recursive: true, force: true });
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw new Error(
      `The DuckDB binding ${name}@${version} for the packaged architecture is not installed here and could not be fetched ` +
        `(${error.message.split('\n')[0]}). Package once with access to the npm registry, or package for this machine's own architecture.`,
      { cause: error },
    );
  }
  return join(target, 'package');
}

/**
 * The npm packages that a DuckDB function needs in its zip, each with its local folder and an id of its content.
 *
 * @param binding `lambda` for Linux on `architecture`; `host` for this machine (the embedded cloud)
 */
async function duckdbPackages({ serviceDir, architecture, binding }) {
  const native = bindingName(architecture, binding);
  const lock = JSON.parse(readFileSync(join(serviceDir, 'package-lock.json'), 'utf8'));
  const locked = lock.packages[`node_modules/${native}`];
  if (!locked) throw new Error(`package-lock.json does not list ${native}: run npm install`);
  const installed = join(serviceDir, 'node_modules', native);
  const folder = existsSync(join(installed, 'package.json'))
    ? installed
    : fetchForeignPackage(serviceDir, native, locked);
  const idOf = (name) => {
    const { version, integrity } = lock.packages[`node_modules/${name}`];
    return `${name}@${version} ${integrity}`;
  };
  return [
    ...['@duckdb/node-api', '@duckdb/node-bindings'].map((name) => ({
      name,
      id: idOf(name),
      folder: join(serviceDir, 'node_modules', name),
    })),
    { name: native, id: idOf(native), folder },
  ];
}

module.exports = { duckdbPackages };
