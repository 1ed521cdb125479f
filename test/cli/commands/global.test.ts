import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { localOptions } from '#cli/commands/global';

const given = async (...words: string[]) => {
  const program = new Command('tidegate').option('--stage <name>').option('--json');
  let options: unknown;
  program.command('down').action((_options: object, command: Command) => {
    options = localOptions(command);
  });
  await program.parseAsync(words, { from: 'user' });
  return options;
};

describe('a command that only the embedded cloud has', () => {
  it('refuses a stage on AWS, wherever it stands on the line, instead of acting on the embedded cloud', async () => {
    const refusal = '"tidegate down" works only on the embedded cloud, and --stage prod is on AWS.';
    await expect(given('down', '--stage', 'prod')).rejects.toThrow(refusal);
    await expect(given('--stage', 'prod', 'down')).rejects.toThrow(refusal);
  });

  it('takes the name of the embedded stage', async () => {
    await expect(given('down', '--stage', 'local', '--json')).resolves.toEqual({ stage: 'local', json: true });
    await expect(given('down')).resolves.toEqual({});
  });
});
