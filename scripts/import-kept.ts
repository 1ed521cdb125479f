/**
 * Prepares the import of what a deleted stack kept (buckets, tables, keys, secrets) into a new stack of the same name:
 * `npm run import-kept -- <account> <region> <logical id>=<key id or secret ARN>…` after `npx serverless package`. Writes the template
 * and the list of resources that `aws cloudformation create-change-set --change-set-type IMPORT` takes; docs/deploy.md has the steps.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledTemplate, importOf } from './kept/import-template.ts';

const [account = '', region = '', ...identifiers] = process.argv.slice(2);
if (!/^\d{12}$/.test(account) || region === '') {
  process.stderr.write('Usage: npm run import-kept -- <account> <region> <logical id>=<key id or secret ARN>…\n');
  process.exit(2);
}
const folder = '.serverless';
const template = JSON.parse(
  readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'),
) as CompiledTemplate;
const given = new Map(
  identifiers.map((text): [string, string] => {
    const at = text.indexOf('=');
    return [text.slice(0, at), text.slice(at + 1)];
  }),
);
const { kept, toImport, missing } = importOf(template, { account, region }, given);
if (missing.length > 0) {
  for (const { logicalId, find } of missing) process.stderr.write(`Give ${logicalId}=…; find it with: ${find}\n`);
  process.exit(1);
}
writeFileSync(join(folder, 'import-template.json'), JSON.stringify(kept, undefined, 2));
writeFileSync(join(folder, 'resources-to-import.json'), JSON.stringify(toImport, undefined, 2));
process.stdout.write(
  `${toImport.length} resources: ${folder}/import-template.json, ${folder}/resources-to-import.json\n`,
);
