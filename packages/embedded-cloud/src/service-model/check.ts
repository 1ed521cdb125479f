import {
  type ListShape,
  type MapShape,
  type MemberRef,
  type ServiceModel,
  type StructureShape,
  shapeOf,
} from './model.ts';
import { checkLength, checkScalar } from './scalars.ts';
import type { Path, Report, Violation } from './violation.ts';

export interface CheckOptions {
  /** Numbers, booleans and times may also come as text, as headers, queries and XML have them. */
  readonly textual?: boolean;
  /**
   * For values from a log: recognises the placeholder of a left-out value, with the value's length where it is known. Values
   * that AWS marks as sensitive are then violations unless they are left out.
   */
  readonly hidden?: (value: unknown) => { readonly length?: number } | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a value of the named shape against everything the model says of it.
 * @throws Error when the model lacks a shape it names, or has a pattern that cannot be translated
 */
export function checkShape(model: ServiceModel, name: string, root: unknown, options: CheckOptions = {}): Violation[] {
  const found: Violation[] = [];

  function check(ref: MemberRef, value: unknown, path: Path): void {
    const shape = shapeOf(model, ref.shape);
    const report: Report = (kind, constraint) => found.push({ kind, path, value, constraint, shape });
    const textual = options.textual === true || ref.location !== undefined;
    const hidden = options.hidden?.(value);
    if (hidden) {
      if (hidden.length !== undefined && (shape.type === 'string' || shape.type === 'blob')) {
        checkLength(hidden.length, shape, report);
      }
    } else if (options.hidden && 'sensitive' in shape && shape.sensitive) {
      report('shown', 'AWS marks this as sensitive: it must not be written down');
    } else if (shape.type === 'structure') structure(shape, value, path, report);
    else if (shape.type === 'list') list(shape, value, path, textual, report);
    else if (shape.type === 'map') map(shape, value, path, report);
    else checkScalar(shape, ref, value, textual, report);
  }

  function structure(shape: StructureShape, value: unknown, path: Path, report: Report): void {
    if (shape.document) return;
    if (!isObject(value)) {
      report('type', 'Member must be a Structure');
      return;
    }
    const given = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
    for (const missing of (shape.required ?? []).filter((member) => !given.some(([known]) => known === member))) {
      const at = [...path, { member: missing }];
      found.push({ kind: 'missing', path: at, value: null, constraint: 'Member must not be null', shape });
    }
    for (const [member, inner] of given) {
      const at = [...path, { member }];
      const ref = Object.hasOwn(shape.members, member) ? shape.members[member] : undefined;
      if (ref) check(ref, inner, at);
      else {
        const constraint = `There is no such member; there are: ${Object.keys(shape.members).join(', ')}`;
        found.push({ kind: 'unknown', path: at, value: inner, constraint, shape });
      }
    }
    if (shape.union && given.length !== 1) {
      report('union', `Exactly one member must be set, of: ${Object.keys(shape.members).join(', ')}`);
    }
  }

  function list(shape: ListShape, given: unknown, path: Path, textual: boolean, report: Report): void {
    const value = textual && typeof given === 'string' ? given.split(/\s*,\s*/) : given;
    if (!Array.isArray(value)) {
      report('type', 'Member must be a List');
      return;
    }
    checkLength(value.length, shape, report);
    value.forEach((item, index) => {
      check(shape.member, item, [...path, { index }]);
    });
  }

  function map(shape: MapShape, value: unknown, path: Path, report: Report): void {
    if (!isObject(value)) {
      report('type', 'Member must be a Map');
      return;
    }
    const entries = Object.entries(value);
    checkLength(entries.length, shape, report);
    for (const [key, item] of entries) {
      check(shape.key, key, [...path, { key, of: 'key' }]);
      check(shape.value, item, [...path, { key, of: 'value' }]);
    }
  }

  check({ shape: name }, root, []);
  return found;
}
