import { basename } from 'node:path';
import type { Command } from 'commander';
import { note, print, printJson } from '../output.ts';
import { nameOfFiles } from '../profile/open-files.ts';
import { profileFile } from '../profile/profile-file.ts';
import { doubtsOf, proposeFor, writeProfilePage } from '../profile/propose.ts';

/** The name of a file without its endings, as the name of another file has it. */
const fileStem = (source: string): string =>
  basename(source)
    .replace(/\..*$/, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-') || 'file';

interface ProfileOptions {
  readonly label?: string;
  readonly out?: string;
}

export function profileCommand(program: Command): void {
  program
    .command('profile')
    .description(
      'write the data report of a file: what its columns are, what they say about the label, what is personal',
    )
    .argument('<files...>', 'files of one table as a drop will have them, or their folder: CSV, JSON lines or Parquet')
    .option('--label <column>', 'the column to predict (default: guessed from the names)')
    .option('--out <file>', 'where to write it')
    .addHelpText('after', '\nExample:\n  $ npx tidegate profile customers.csv --label churned --out customers.html')
    .action(async (sources: string[], { label, out }: ProfileOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const source = nameOfFiles(sources);
      const profile = await profileFile(sources, {
        ...(label === undefined ? {} : { label }),
        now: new Date(),
        progress: (step) => note(`${step} …`),
      });
      const { proposal } = proposeFor('profile', source, profile);
      const path = writeProfilePage(fileStem(sources[0] ?? ''), source, profile, proposal, out);
      if (json) return printJson({ path, check: doubtsOf(proposal) });
      print(path);
    });
}
