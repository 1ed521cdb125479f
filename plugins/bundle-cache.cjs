'use strict';

const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { join } = require('node:path');
const esbuild = require('esbuild');
const { bundleOptions } = require('./bundle-options.cjs');

const DAY_MS = 86_400_000;
/** How long something that no packaging used is kept. */
const KEPT_DAYS = 3;

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** Files of the cache by name, written whole; one that is not used for a few days goes. */
class FileCache {
  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** The file of a name, made by `write(path)` when it is missing. */
  async file(name, write) {
    const file = join(this.folder, name);
    if (!existsSync(file)) {
      const partial = `${file}.${process.pid}.partial`;
      await write(partial);
      renameSync(partial, file);
    }
    // beside the file: a running cloud recognises a package by the times of the file itself
    writeFileSync(`${file}.used`, '');
    return file;
  }

  prune(now) {
    for (const name of readdirSync(this.folder)) {
      const file = join(this.folder, name);
      const used = name.endsWith('.used') ? file : `${file}.used`;
      const time = statSync(existsSync(used) ? used : file, { throwIfNoEntry: false })?.mtimeMs ?? now;
      if (now - time > KEPT_DAYS * DAY_MS) rmSync(file, { force: true });
    }
  }
}

/** Every file that an entry point may take something from, by the imports that esbuild followed. */
function reachable(metafile, entry) {
  const found = new Set([entry]);
  for (const path of found) {
    for (const imported of metafile.inputs[path]?.imports ?? []) if (!imported.external) found.add(imported.path);
  }
  return [...found];
}

/**
 * Bundles functions, and only those of which something changed since the last time: a file of the project by its content, npm
 * packages by the lock file, the way to bundle by the text of these plugins.
 *
 * @param {string} serviceDir the folder of serverless.yml
 * @param {readonly string[]} sources as `functions/admit-drop`
 * @returns for each source its bundle and what it imports from outside
 */
async function bundleChanged(serviceDir, sources, cache) {
  const hashes = new Map();
  const hashOf = (path) => {
    if (!hashes.has(path)) {
      const file = join(serviceDir, path);
      hashes.set(path, existsSync(file) ? sha256(readFileSync(file)) : 'missing');
    }
    return hashes.get(path);
  };
  const tools = readdirSync(__dirname).map((name) => sha256(readFileSync(join(__dirname, name))));
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json'].map(hashOf);
  const key = sha256(JSON.stringify([esbuild.version, ...tools, ...settings]));
  const recordOf = (source) => join(cache.folder, `${sha256(source)}.json`);

  const known = (source) => {
    const file = recordOf(source);
    if (!existsSync(file)) return undefined;
    const record = JSON.parse(readFileSync(file, 'utf8'));
    const same = record.key === key && Object.entries(record.inputs).every(([path, hash]) => hashOf(path) === hash);
    return same && existsSync(join(cache.folder, record.bundle)) ? record : undefined;
  };
  const records = new Map(sources.map((source) => [source, known(source)]));
  const changed = sources.filter((source) => !records.get(source));

  if (changed.length > 0) {
    const { outputFiles, metafile } = await esbuild.build(bundleOptions(serviceDir, changed));
    for (const source of changed) {
      const { contents } = outputFiles.find(({ path }) => path === join(serviceDir, '.serverless', `${source}.cjs`));
      const own = reachable(metafile, `${source}.ts`).filter((path) => !path.includes('node_modules/'));
      const bundle = `${sha256(contents)}.cjs`;
      await cache.file(bundle, async (path) => writeFileSync(path, contents));
      const record = {
        key,
        bundle,
        imports: metafile.outputs[`.serverless/${source}.cjs`].imports.map(({ path }) => path),
        inputs: Object.fromEntries(own.map((path) => [path, hashOf(path)])),
      };
      writeFileSync(`${recordOf(source)}.${process.pid}`, JSON.stringify(record));
      renameSync(`${recordOf(source)}.${process.pid}`, recordOf(source));
      records.set(source, record);
    }
  }
  const bundles = new Map();
  for (const [source, { bundle, imports }] of records) {
    const content = readFileSync(await cache.file(bundle, () => Promise.resolve()));
    writeFileSync(`${recordOf(source)}.used`, '');
    bundles.set(source, { content, imports });
  }
  return { bundles, changed };
}

module.exports = { FileCache, bundleChanged };
