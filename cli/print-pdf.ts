import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exitCodes } from './exit-codes.ts';
import { CliError } from './output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge.exe'];
/** Where macOS has them: not on the path. */
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Finds a Chromium: the one that `CHROMIUM` names, else one on the path or in the applications of macOS.
 *
 * @throws CliError where there is none
 */
export function findChromium(env: Environment = process.env, elsewhere: readonly string[] = applications): string {
  const named = env['CHROMIUM'];
  if (named) {
    if (isExecutable(named)) return named;
    throw new CliError(`CHROMIUM names ${named}, which cannot be started. Name the program itself, or unset CHROMIUM.`);
  }
  const onPath = (env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [...onPath, ...elsewhere].find(isExecutable);
  if (found !== undefined) return found;
  throw new CliError(
    'No Chromium prints the PDF: install Chromium, Chrome or Edge, or name the program in CHROMIUM. The same page without it: --out report.html, which any browser prints.',
    exitCodes.unavailable,
  );
}

/** How long a print may take, in milliseconds. */
const printMs = 120_000;

/**
 * Prints an HTML file to a PDF. Chromium gets a profile of its own, so it neither reads nor changes that of the user.
 *
 * @throws CliError when Chromium writes no file
 */
export async function printPdf(page: string, pdf: string, chromium = findChromium()): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'tidegate-print-'));
  const out = resolve(pdf);
  mkdirSync(dirname(out), { recursive: true });
  rmSync(out, { force: true });
  // Chromium's sandbox does not run as root. The page is our own: it has no script, and its policy lets nothing be loaded.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const options = [
    '--headless=new',
    ...asRoot,
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--no-pdf-header-footer',
    `--user-data-dir=${profile}`,
    `--print-to-pdf=${out}`,
    pathToFileURL(resolve(page)).href,
  ];
  try {
    const said = await new Promise<string>((done) => {
      execFile(chromium, options, { timeout: printMs }, (error, _, stderr) =>
        done(error ? stderr.trim().split('\n').at(-1) || error.message : ''),
      );
    });
    if (!existsSync(out))
      throw new CliError(
        `${chromium} wrote no PDF${said === '' ? '' : `: ${said}`}. Try another one: CHROMIUM=<program>.`,
      );
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
