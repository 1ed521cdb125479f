import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { auditFolder, type RoleUsage, readAudit, summarizeUsage, wideGrants } from 'embedded-cloud/audit';
import { nearestName } from 'located-yaml/nearest-name';
import { exitCodes } from '../exit-codes.ts';
import { bold, CliError, dim, green, print, printJson, red, table, yellow } from '../output.ts';
import { stateDirectory } from '../project.ts';
import { localOptions } from './global.ts';

interface AuditOptions {
  readonly log?: readonly string[];
  readonly role?: string;
  readonly check?: boolean;
}

/** The audit logs of a folder: the folder itself, or each folder in it. @throws CliError when there is none */
export function auditLogs(folder: string): string[] {
  const isLog = (path: string): boolean => existsSync(join(path, 'roles.json'));
  if (isLog(folder)) return [folder];
  const below = existsSync(folder)
    ? readdirSync(folder)
        .map((name) => join(folder, name))
        .filter(isLog)
    : [];
  if (below.length === 0) throw new CliError(`${folder} holds no audit log.`, exitCodes.usage);
  return below;
}

function printUsage({ role, used, unused, refused }: RoleUsage): void {
  print(bold(role));
  if (used.length === 0) print(dim('  used nothing'));
  else {
    const rows = used.map(({ action, requests }) => [`  ${green(action)}`, requests.toLocaleString('en')]);
    print(table(['  used', 'requests'], rows));
  }
  for (const [statement, grants] of Map.groupBy(unused, (grant) => grant.statement)) {
    const what = grants.map(({ action, resource }) => action ?? resource).join(', ');
    print(`  ${yellow('never used')}  ${dim(statement.replace(/^.*, statement/, 'statement'))}  ${what}`);
  }
  for (const refusal of refused) print(`  ${red('refused')}  ${refusal}`);
  print();
}

export function auditCommand(program: Command): void {
  program
    .command('audit')
    .description('what each role was granted and what it used, from the audit log of the embedded cloud')
    .option('--log <folder...>', 'folders of audit logs, or folders of such folders (default: of this embedded cloud)')
    .option('--role <logical id>', 'only this role')
    .option('--check', 'exit with 1 when something was granted and never used, refused, or granted wider than needed')
    .addHelpText(
      'after',
      '\nA grant counts as used when a request needed it, so the result depends on the runs in the log: train, deploy,\nroll back and fail once before you remove a grant.',
    )
    .action((options: AuditOptions, command: Command) => {
      const { json } = localOptions(command);
      const folders = (options.log ?? [auditFolder(stateDirectory())]).flatMap((folder) => auditLogs(resolve(folder)));
      const logs = folders.map(readAudit);
      const roles = [...new Map(logs.flatMap((log) => log.roles.map((role) => [role.logicalId, role]))).values()];
      const names = roles.map(({ logicalId }) => logicalId);
      if (options.role !== undefined && !names.includes(options.role)) {
        const meant = nearestName(options.role, names);
        throw new CliError(
          `No role is named "${options.role}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} There are: ${names.toSorted().join(', ')}.`,
          exitCodes.usage,
        );
      }
      const chosen = ({ role }: { readonly role: string }) => options.role === undefined || role === options.role;
      const usage = summarizeUsage(logs).filter(chosen);
      const wide = wideGrants(roles).filter(chosen);
      const unused = usage.reduce((sum, role) => sum + role.unused.length, 0);
      const refused = usage.reduce((sum, role) => sum + role.refused.length, 0);
      if (json) printJson({ roles: usage, wide });
      else {
        for (const role of usage.toSorted((a, b) => a.role.localeCompare(b.role))) printUsage(role);
        for (const { role, action, statement, why } of wide) {
          print(`${red('too wide')}  ${role}: ${action}, ${why} ${dim(statement)}`);
        }
        print(
          `${usage.length} roles, ${unused} grants never used, ${refused} refused, ${wide.length} wider than needed; from ${folders.length} audit ${folders.length === 1 ? 'log' : 'logs'}`,
        );
      }
      if (options.check && unused + refused + wide.length > 0) process.exitCode = exitCodes.failed;
    });
}
