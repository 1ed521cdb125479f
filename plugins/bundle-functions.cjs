'use strict';

const { createHash } = require('node:crypto');
const { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join, posix } = require('node:path');
const { bundleChanged, FileCache } = require('./bundle-cache.cjs');
const { duckdbPackages } = require('./duckdb-binding.cjs');
const { stageJson } = require('./stage-json.cjs');
const { mergeZips, writeZip } = require('./zips.cjs');

/** Every file below a folder, as paths relative to it, sorted. */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/**
 * Serverless plugin: one esbuild bundle and one reproducible zip per function. A function whose bundle imports DuckDB gets the
 * binding of its target architecture. `bundle.include` in a function's configuration adds folders (no globs), and
 * their YAML files as JSON too, with the settings of this stage: a function then needs no YAML parser, which takes a tenth of a cold
 * start.
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
      'after:aws:package:finalize:saveServiceState': () => this.minifyTemplate(),
    };
  }

  async bundleAll() {
    const { service, serviceDir } = this.serverless;
    const output = join(serviceDir, '.serverless');
    const cache = new FileCache(join(serviceDir, 'node_modules', '.cache', 'tidegate-bundles'));
    mkdirSync(output, { recursive: true });
    const names = service.getAllFunctions();
    const progress = this.progress.create({ message: `Bundling ${names.length} functions` });
    const sources = names.map((name) => service.getFunction(name).handler.replace(/\.[^.]+$/, ''));
    const { bundles, changed } = await bundleChanged(serviceDir, sources, cache);
    const architecture = service.provider.architecture ?? 'x86_64';
    const binding = service.custom?.hostBinding ? 'host' : 'lambda';
    const duckdb = async () => zipOfDuckdb(await duckdbPackages({ serviceDir, architecture, binding }), cache);
    await Promise.all(names.map((name, at) => this.zipFunction(name, sources[at], bundles, { output, cache, duckdb })));
    cache.prune(Date.now());
    if (binding === 'host') this.shortenState();
    progress.remove();
    this.log.info(`bundled ${changed.length} of ${names.length} functions; the others did not change`);
  }

  /** CloudFormation takes a template of a million bytes, and four tenths of the packager's are indentation (as `--minify-template`). */
  minifyTemplate() {
    const { provider } = this.serverless.service;
    const { naming } = this.serverless.getProvider('aws');
    const file = join(this.serverless.serviceDir, '.serverless', naming.getCompiledTemplateFileName());
    writeFileSync(file, JSON.stringify(provider.compiledCloudFormationTemplate));
  }

  /**
   * Leaves the template out of the packager's own record of a package for this machine, which is never deployed: writing it takes
   * half of the packaging time.
   */
  shortenState() {
    const { service } = this.serverless;
    for (const part of [service.provider, service.resources, service.initialServerlessConfig]) {
      if (part) Object.defineProperty(part, 'toJSON', { value: () => ({}), enumerable: false });
    }
  }

  async zipFunction(name, source, bundles, { output, cache, duckdb }) {
    const { serviceDir, service } = this.serverless;
    const config = service.getFunction(name);
    const { content, imports } = bundles.get(source);
    const entries = new Map([[`${source}.cjs`, content]]);
    for (const folder of config.bundle?.include ?? []) {
      for (const file of filesBelow(join(serviceDir, folder))) {
        const content = readFileSync(join(serviceDir, folder, file));
        entries.set(posix.join(folder, file), content);
        if (file.endsWith('.yml')) {
          const json = stageJson(content.toString(), this.serverless.getProvider('aws').getStage());
          entries.set(posix.join(folder, file.replace(/yml$/, 'json')), Buffer.from(json));
        }
      }
    }
    const base = imports.some((path) => path.startsWith('@duckdb/')) ? await duckdb() : undefined;
    const hash = createHash('sha256').update(base?.id ?? '');
    for (const [entry, content] of [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${entry}\0${content.length}\0`).update(content);
    const cached = await cache.file(`${hash.digest('hex')}.zip`, async (path) => {
      await writeZip(path, entries);
      if (base) writeFileSync(path, mergeZips(readFileSync(path), readFileSync(base.file)));
    });
    const artifact = join(output, `${name}.zip`);
    rmSync(artifact, { force: true });
    try {
      linkSync(cached, artifact);
    } catch {
      // another file system
      copyFileSync(cached, artifact);
    }
    config.package = { ...config.package, artifact };
  }
}

const zipping = new Map();

/** The zip of DuckDB's packages, which is most of a function that reads rows: compressed once, not once for each function. */
async function zipOfDuckdb(packages, cache) {
  const id = createHash('sha256')
    .update(packages.map(({ id }) => id).join('\n'))
    .digest('hex');
  if (!zipping.has(id)) {
    const write = (path) => {
      const entries = new Map();
      for (const { name: module, folder } of packages) {
        for (const file of filesBelow(folder)) {
          if (file.endsWith('.d.ts') || file.endsWith('.map')) continue;
          entries.set(posix.join('node_modules', module, file.replaceAll('\\', '/')), readFileSync(join(folder, file)));
        }
      }
      return writeZip(path, entries);
    };
    zipping.set(id, cache.file(`duckdb-${id}.zip`, write));
  }
  return { id, file: await zipping.get(id) };
}

module.exports = BundleFunctions;
