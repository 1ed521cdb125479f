/**
 * Holds the requests of audit logs against AWS's own service models: `npm run contract -- <audit log or folder>…`, by
 * default the audit log of the embedded cloud that `tidegate up` starts. Fails when a request was let pass that AWS would
 * refuse, or when the log holds what AWS marks as sensitive. The models are botocore's, pinned by hash and installed from
 * PyPI on first use; where that is out of reach the check is skipped with a message.
 */
import { join } from 'node:path';
import { auditLines } from 'embedded-cloud/cloud/audit';
import { auditFiles } from './contract/audit-files.ts';
import { areConstraintsCurrent } from './contract/constraints.ts';
import { judge } from './contract/replay.ts';
import { Report } from './contract/report.ts';
import { installModels, ServiceModels } from './contract/service-models.ts';

async function main(paths: readonly string[]): Promise<number> {
  const files = auditFiles(paths);
  if (files.length === 0) {
    console.error(`contract: no audit log (audit*.jsonl) below ${paths.join(', ')}`);
    return 1;
  }
  const installed = await installModels();
  if ('problem' in installed) {
    console.error(`contract: SKIPPED, the service models are missing: ${installed.problem}`);
    return 0;
  }
  const models = new ServiceModels(installed.folder);
  const current = areConstraintsCurrent(models);
  if (!current)
    console.error('contract: the constraints of the embedded SageMaker are out of date: npm run constraints');
  const report = new Report();
  for (const file of files) {
    for (const line of auditLines(file)) {
      const verdict = judge(line, models);
      if (verdict) report.add(line, verdict, file);
    }
  }
  for (const line of report.lines()) console.log(line);
  const refused = report.total('refused');
  const unchecked = report.total('unchecked');
  if (refused > 0) console.log(`${refused} invalid and refused by the embedded cloud, as AWS would`);
  if (unchecked > 0) console.log(`${unchecked} not checked`);
  console.log(`${report.total('valid')} passed, ${report.total('invalid')} failed`);
  return current && report.total('invalid') === 0 && report.total('valid') > 0 ? 0 : 1;
}

const given = process.argv.slice(2);
const home = process.env['TIDEGATE_HOME'] ?? '.tidegate';
try {
  process.exitCode = await main(given.length > 0 ? given : [join(home, 'audit')]);
} catch (error) {
  console.error(`contract: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
