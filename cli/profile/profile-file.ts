import { join } from 'node:path';
import { shownList } from '#domain/data/shown';
import type { Suspicion } from '#domain/detectors/examine-column';
import { DataEngineError, MalformedDataError, SchemaMismatchError } from '#domain/errors';
import { alone } from '#domain/leakage/alone';
import type { LeakageResult } from '#domain/leakage/registry';
import type { Histogram } from '#domain/profiling/distribution';
import {
  guessLabel,
  type LabelGuess,
  type LabelProposal,
  proposeLabel,
  type ReadColumn,
} from '#domain/profiling/label';
import type { ProfiledFile } from '#domain/profiling/pipeline';
import { proposeRoles, type RoleProposal } from '#domain/profiling/roles';
import { openEngine } from '#functions/shards/duckdb';
import { withScratch } from '#functions/shards/scratch';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';
import { countDuplicates, countHistograms } from './count-values.ts';
import { loadRows } from './load-rows.ts';
import { findPersonalData, measureInputs } from './measure.ts';
import { nameOfFiles, openFiles } from './open-files.ts';
import { readColumns } from './read-columns.ts';

/** Memory for the engine, in MB. */
const memoryMb = 3008;

/** Everything that was found out about a file. */
export interface FileProfile {
  readonly file: ProfiledFile;
  readonly suspicions: readonly Suspicion[];
  readonly label: LabelProposal;
  /** Why this column is the label, if nobody named it. */
  readonly guessed?: LabelGuess;
  readonly roles: readonly RoleProposal[];
  readonly measured: LeakageResult;
  readonly histograms: ReadonlyMap<string, Histogram>;
  readonly duplicates: number;
}

/** The label's column: the named one, or a guess. @throws CliError for a name that the file does not have */
function chooseLabel(names: readonly string[], wanted: string | undefined) {
  if (wanted === undefined) return guessLabel(names);
  const exact =
    names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (exact !== undefined) return { name: exact };
  const shown = names.slice(0, 20).join(', ');
  throw new CliError(
    `There is no column "${wanted}". The columns are ${shown}${names.length > 20 ? ', …' : ''}.`,
    exitCodes.usage,
  );
}

/** Whether a column is left that may be a model input. */
function hasInput(roles: readonly RoleProposal[], { findings }: LeakageResult): boolean {
  const leaks = new Set(findings.map(({ column }) => column));
  return roles.some(({ name, use, spec }) => use === 'column' && spec['role'] === 'feature' && !leaks.has(name));
}

/** Where nothing else is left, a column that says more than the others together is no suspect: there are no others. */
const withoutRivals = (roles: readonly RoleProposal[], measured: LeakageResult): LeakageResult =>
  hasInput(roles, measured)
    ? measured
    : { ...measured, findings: measured.findings.filter(({ check }) => check !== alone.name) };

/** @throws CliError when no column is left that may be a model input */
function refuseWithoutInput(path: string, roles: readonly RoleProposal[], measured: LeakageResult): void {
  if (hasInput(roles, measured)) return;
  const leaks = new Set(measured.findings.map(({ column }) => column));
  const each = roles.map(({ name, use, spec, because }) =>
    use === 'column'
      ? `${name} (${leaks.has(name) ? 'gives the label away' : because || String(spec['role'])})`
      : `${name} (the ${use})`,
  );
  throw new CliError(
    `No column of ${path} can be a model input: ${shownList(each, 10)}. Name another label with --label, or write the pipeline yourself: docs/pipelines.md.`,
    exitCodes.usage,
  );
}

/**
 * What kind of label a column is.
 *
 * @param others the columns to choose from where nobody named one
 * @throws CliError when it cannot be the label: of a guessed one, with those that can
 */
function labelOf(column: ReadColumn, others: readonly ReadColumn[]): LabelProposal {
  const propose = (own: ReadColumn): LabelProposal | RangeError => {
    try {
      return proposeLabel(own);
    } catch (error) {
      if (error instanceof RangeError) return error;
      throw error;
    }
  };
  const found = propose(column);
  if (!(found instanceof RangeError)) return found;
  const usable = others.filter((own) => !(propose(own) instanceof RangeError)).map(({ facts }) => facts.name);
  const hint = usable.length === 0 ? '' : ` These can be: ${shownList(usable, 20)}.`;
  throw new CliError(`${found.message}${hint}`, exitCodes.usage);
}

/** A file that cannot be read is no bug: the message says what is wrong with it. */
const refusals = [DataEngineError, MalformedDataError, SchemaMismatchError];

/** @throws CliError for what is wrong with a file */
async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!refusals.some((kind) => error instanceof kind)) throw error;
    throw new CliError((error as Error).message, exitCodes.usage);
  }
}

/**
 * Profiles a file, or several files of one table: how they are written, what its columns are, which are personal, and what they say about the label.
 *
 * @param paths files, or folders with files
 * @param now for years of two digits
 * @throws CliError for a file that cannot be profiled, or is damaged
 */
export function profileFile(
  paths: string | readonly string[],
  {
    label: wanted,
    now,
    progress,
  }: { readonly label?: string; readonly now: Date; readonly progress: (step: string) => void },
): Promise<FileProfile> {
  const sources = [paths].flat();
  const path = nameOfFiles(sources);
  return withScratch(async (directory) => {
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
    try {
      progress('reading');
      const layout = await readable(() => openFiles(engine, sources));
      const chosen = chooseLabel(layout.names, wanted);
      if (!chosen || layout.names.length < 2) {
        throw new CliError(
          `${path} has one column: a model needs a label and at least one input beside it.`,
          exitCodes.usage,
        );
      }
      const loaded = await readable(() => loadRows(engine, layout, directory));
      if (loaded.sampled === 0) throw new CliError(`${path} has no rows.`, exitCodes.usage);
      progress(`profiling ${layout.names.length} columns`);
      const columns = await readColumns(engine, layout, loaded, now.getUTCFullYear());
      const own = columns.find(({ facts }) => facts.name === chosen.name);
      const label = labelOf(own as NonNullable<typeof own>, 'because' in chosen ? columns : []);
      progress('looking for personal data');
      const suspicions = await findPersonalData(engine, columns);
      const roles = proposeRoles(columns, label.column, suspicions);
      progress('comparing with the label');
      const measured = withoutRivals(roles, await measureInputs(engine, columns, label, roles, loaded.rows));
      refuseWithoutInput(path, roles, measured);
      const { format, dialect, encoding, sources: positions } = layout;
      return {
        file: {
          format,
          ...(dialect ? { dialect } : {}),
          ...(encoding ? { encoding } : {}),
          ...loaded,
          columns,
          sources: positions,
        },
        suspicions,
        label,
        ...('because' in chosen ? { guessed: chosen } : {}),
        roles,
        measured,
        histograms: await countHistograms(engine, columns),
        duplicates: await countDuplicates(engine, roles),
      };
    } finally {
      engine.close();
    }
  });
}
