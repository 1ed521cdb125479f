'use strict';

const { dirname, join } = require('node:path');

/**
 * Sources of credentials for laptops and machines, a quarter of a small bundle. Lambda puts a function's credentials into its
 * environment (Lambda Developer Guide, "Defined runtime environment variables"), and the SDK loads these only when none are there.
 */
const credentialsElsewhere = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/**
 * How functions are bundled, for esbuild: one CommonJS file each.
 *
 * @param {string} serviceDir the folder of serverless.yml
 * @param {readonly string[]} sources paths below it without extension, as `functions/admit-drop`
 */
function bundleOptions(serviceDir, sources) {
  return {
    absWorkingDir: serviceDir,
    entryPoints: Object.fromEntries(sources.map((source) => [source, `${source}.ts`])),
    outdir: join(serviceDir, '.serverless'),
    // .cjs, since a .js file is taken for ESM wherever a package.json above it says so
    outExtension: { '.js': '.cjs' },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // ESM builds, from which unused code falls away: of the AWS SDK (most of its commands), and of yaml, which names its own
    // for browsers alone.
    mainFields: ['module', 'main'],
    alias: {
      yaml: join(dirname(require.resolve('yaml/package.json', { paths: [serviceDir] })), 'browser', 'index.js'),
    },
    minify: true,
    // Step Functions matches errors by their class names.
    keepNames: true,
    legalComments: 'none',
    external: ['@duckdb/*', ...credentialsElsewhere],
    logLevel: 'silent',
  };
}

module.exports = { bundleOptions };
