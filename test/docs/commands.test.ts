import { globSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandLines, commandsOf, NOT_RUN, root } from './command-lines.ts';

const all = commandLines();

describe('the commands of the documents', () => {
  it('are found', () => {
    expect(all.length).toBeGreaterThan(40);
    expect(all.map(({ command }) => command)).toContain('npx tidegate up');
    const text = '```sh\nnpx a  # why\nfor x in y; do\n  z "$x"\ndone\n```\n```\nno\n```\n```sh\nb \\\n  c\n```\n';
    expect(commandsOf('x.md', text).map(({ line, command }) => [line, command])).toEqual([
      [2, 'npx a'],
      [3, 'for x in y; do\n  z "$x"\ndone'],
      [11, 'b \\\n  c'],
    ]);
  });

  it('are run by test/docs/commands.data.ts, except those that a reason stands for', () => {
    for (const [pattern] of NOT_RUN)
      expect([pattern.source, all.some(({ command }) => pattern.test(command))]).toEqual([pattern.source, true]);
  });

  it('name commands and options of the command line that exist', async () => {
    const program = await commandLine();
    const global = ['--stage', '--profile', '--region', '--json', '--help'];
    const wrong = all.flatMap(({ document, line, command }) =>
      [...command.matchAll(/\bnpx tidegate ([a-z]+(?:-[a-z]+)*)([^|&\n]*)/g)].flatMap(([, name = '', rest = '']) => {
        const known = program.commands.find((own) => own.name() === name);
        if (known === undefined) return [`${document}:${line} ${name}`];
        const below = known.commands.find((own) => rest.trim().split(' ', 1)[0] === own.name());
        const isOne = known.registeredArguments.length > 0;
        if (known.commands.length > 0 && below === undefined && !isOne) return [`${document}:${line} ${name}${rest}`];
        const options = [...global, ...(below ?? known).options.map(({ long }) => long)];
        const given = [...rest.matchAll(/\s(--[a-z-]+)/g)].map(([, option = '']) => option);
        return given.filter((option) => !options.includes(option)).map((o) => `${document}:${line} ${name} ${o}`);
      }),
    );
    expect(wrong).toEqual([]);
  });
});

/** Every command of the command line, put together from the files that add them. */
async function commandLine(): Promise<Command> {
  const program = new Command('tidegate');
  for (const file of globSync('cli/commands/*.ts', { cwd: root })) {
    const module = (await import(/* @vite-ignore */ join(root, file))) as Record<string, unknown>;
    for (const [name, add] of Object.entries(module)) {
      if (/Commands?$/.test(name) && typeof add === 'function') add(program);
    }
  }
  return program;
}
