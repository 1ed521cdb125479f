'use strict';

const { createHash } = require('node:crypto');
const {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  copyFileSync,
} = require('node:fs');
const { join, posix } = require('node:path');
const esbuild = require('esbuild');
const { parse } = require('yaml');
const yazl = require('yazl');
const { bundleOptions } = require('./bundle-options.cjs');
const { duckdbPackages } = require('./duckdb-binding.cjs');

/** Fixed timestamp of zip entries: equal content gives equal bytes, so an unchanged function is not uploaded again. */
const mtime = new Date(Date.UTC(2020, 0, 1));

/** Every file below a folder, as paths relative to it, sorted. */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** Writes a zip of `{ name: Buffer }`; the same content gives the same bytes. */
function writeZip(file, entries) {
  return new Promise((resolve, reject) => {
    const zip = new yazl.ZipFile();
    for (const [name, content] of [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      zip.addBuffer(content, name, {
        mtime,
        mode: 0o100644,
        forceDosTimestamp: true,
        compressionLevel: content.length > 10_000_000 ? 1 : 6,
      });
    }
    zip.end();
    zip.outputStream.pipe(createWriteStream(file)).on('close', resolve).on('error', reject);
  });
}

/**
 * Serverless plugin: one esbuild bundle and one reproducible zip per function. A function whose bundle imports DuckDB gets the
 * binding of its target architecture. `bundle.include` in a function's configuration adds folders (no globs), and
 * their YAML files as JSON too: a function then needs no YAML parser, which takes a tenth of a cold start.
 */
class BundleFunctions {
  constructor(serverless, _options, { log, progress }) {
    this.serverless = serverless;
    this.log = log;
    this.progress = progress;
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      type: 'object',
      properties: {
        bundle: {
          type: 'object',
          properties: { include: { type: 'array', items: { type: 'string' } } },
          additionalProperties: false,
        },
      },
    });
    const bundle = () => this.bundleAll();
    this.hooks = {
      'before:package:createDeploymentArtifacts': bundle,
      'before:deploy:function:packageFunction': bundle,
    };
  }

  async bundleAll() {
    const { service, serviceDir } = this.serverless;
    const output = join(serviceDir, '.serverless');
    const cache = join(serviceDir, 'node_modules', '.cache', 'tidegate-bundles');
    mkdirSync(output, { recursive: true });
    mkdirSync(cache, { recursive: true });
    const names = service.getAllFunctions();
    const progress = this.progress.create({ message: `Bundling ${names.length} functions` });
    const sources = names.map((name) => service.getFunction(name).handler.replace(/\.[^.]+$/, ''));
    const result = await esbuild.build(bundleOptions(serviceDir, sources));
    const architecture = service.provider.architecture ?? 'x86_64';
    const binding = service.custom?.hostBinding ? 'host' : 'lambda';
    await Promise.all(names.map((name) => this.zipFunction(name, result, { output, cache, architecture, binding })));
    progress.remove();
    this.log.info(`bundled ${names.length} functions`);
  }

  async zipFunction(name, result, { output, cache, architecture, binding }) {
    const { serviceDir, service } = this.serverless;
    const config = service.getFunction(name);
    const source = config.handler.replace(/\.[^.]+$/, '');
    const bundleFile = result.outputFiles.find((file) => file.path === join(output, `${source}.cjs`));
    const meta = result.metafile.outputs[posix.join('.serverless', `${source}.cjs`)];
    const entries = new Map([[`${source}.cjs`, Buffer.from(bundleFile.contents)]]);
    for (const folder of config.bundle?.include ?? []) {
      for (const file of filesBelow(join(serviceDir, folder))) {
        const content = readFileSync(join(serviceDir, folder, file));
        entries.set(posix.join(folder, file), content);
        if (file.endsWith('.yml')) {
          entries.set(
            posix.join(folder, file.replace(/yml$/, 'json')),
            Buffer.from(JSON.stringify(parse(content.toString()))),
          );
        }
      }
    }
    if (meta.imports.some(({ path }) => path.startsWith('@duckdb/'))) {
      for (const { name: module, folder } of await duckdbPackages({ serviceDir, architecture, binding })) {
        for (const file of filesBelow(folder)) {
          if (file.endsWith('.d.ts') || file.endsWith('.map')) continue;
          entries.set(posix.join('node_modules', module, file.replaceAll('\\', '/')), readFileSync(join(folder, file)));
        }
      }
    }
    const hash = createHash('sha256');
    for (const [entry, content] of [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${entry}\0${content.length}\0`).update(content);
    const cached = join(cache, `${hash.digest('hex')}.zip`);
    if (!existsSync(cached)) {
      const partial = `${cached}.${process.pid}.${name}.partial`;
      await writeZip(partial, entries);
      renameSync(partial, cached);
    }
    const artifact = join(output, `${name}.zip`);
    copyFileSync(cached, artifact);
    config.package = { ...config.package, artifact };
  }
}

module.exports = BundleFunctions;
