import { type Definition, isObject, type JsonObject, type StateType } from '../asl.ts';
import { type Diagnostic, Findings, InvalidDefinition } from './diagnostics.ts';
import { checkTemplate } from './expressions.ts';
import { jsonPathFields, stateFields } from './fields.ts';
import { checkRecovery } from './recovery.ts';
import { checkTypeRules } from './type-rules.ts';

const MAX_DEFINITION_BYTES = 1_048_576;
const MAX_STATE_NAME = 80;
const variableName = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

/** The types as AWS lists them. */
const stateTypes = 'Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map';
/** Types whose Output and Assign may read `$states.result`. */
const typesWithResult: readonly StateType[] = ['Task', 'Parallel', 'Map'];

/** Names of variables. */
type Names = ReadonlySet<string>;

/** What a group of states inherits from what surrounds it. */
interface Surroundings {
  readonly language: unknown;
  readonly outerVariables: Names;
  /** Names of states seen so far, in the whole machine. */
  readonly stateNames: Set<string>;
  readonly findings: Findings;
}

interface Transition {
  readonly to: string;
  /** Where the definition says so. */
  readonly at: string;
}

const isStateType = (type: unknown): type is StateType => typeof type === 'string' && Object.hasOwn(stateFields, type);

/** Names that the states of a group assign, in Assign of states, choices and catchers. */
function assignedNames(states: JsonObject): Set<string> {
  const names = new Set<string>();
  const add = (holder: unknown) => {
    const assign = isObject(holder) ? holder['Assign'] : undefined;
    if (isObject(assign)) for (const name of Object.keys(assign)) names.add(name);
  };
  for (const state of Object.values(states)) {
    if (!isObject(state)) continue;
    add(state);
    for (const list of [state['Choices'], state['Catch']]) if (Array.isArray(list)) list.forEach(add);
  }
  return names;
}

function checkAssign(assign: unknown, location: string, outer: Names, findings: Findings): void {
  if (assign === undefined) return;
  if (!isObject(assign)) {
    findings.error(location, 'Assign must be an object of variable names and values');
    return;
  }
  for (const name of Object.keys(assign)) {
    if (name === 'states' || !variableName.test(name)) {
      findings.error(`${location}/${name}`, `'${name}' is not a valid variable name`);
    } else if (outer.has(name)) {
      findings.error(`${location}/${name}`, `The variable name '${name}' was already defined in a parent scope.`);
    }
  }
}

/** Checks the expressions of a state, each by what it may read at its place. */
function checkExpressions(
  type: StateType,
  state: JsonObject,
  location: string,
  variables: Names,
  findings: Findings,
): void {
  for (const [field, value] of Object.entries(state)) {
    if (['ItemProcessor', 'Branches', 'Type', 'Comment', 'Next', 'Retry'].includes(field)) continue;
    const at = `${location}/${field}`;
    if (field === 'Catch' && Array.isArray(value)) {
      for (const [index, catcher] of value.entries()) {
        const { Output, Assign } = isObject(catcher) ? catcher : {};
        const readable = { variables, states: 'errorOutput' } as const;
        checkTemplate(Output, `${at}[${index}]/Output`, readable, findings);
        checkTemplate(Assign, `${at}[${index}]/Assign`, readable, findings);
      }
      continue;
    }
    const states = typesWithResult.includes(type) && ['Output', 'Assign'].includes(field) ? 'result' : undefined;
    checkTemplate(value, at, { variables, states }, findings);
  }
}

/** AWS takes another value for JSONata, beside refusing it. */
function checkLanguage(language: unknown, location: string, findings: Findings): void {
  if (language === undefined || language === 'JSONata' || language === 'JSONPath') return;
  findings.error(
    location,
    typeof language === 'string'
      ? 'Value should be one of the following: [JSONPath, JSONata]'
      : 'Expected value of type [STRING]',
  );
}

/** Checks one state and gives the transitions it makes. */
function checkState(state: JsonObject, location: string, known: Names, around: Surroundings): Transition[] {
  const { findings } = around;
  const language = state['QueryLanguage'] ?? around.language ?? 'JSONPath';
  checkLanguage(state['QueryLanguage'], `${location}/QueryLanguage`, findings);
  if (language === 'JSONPath') {
    findings.error(
      location,
      around.language === 'JSONata'
        ? "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        : `The state's QueryLanguage is JSONPath; this interpreter runs JSONata only: set "QueryLanguage": "JSONata" in the state or at the top`,
    );
    return [];
  }
  const type = state['Type'];
  if (type === undefined) findings.error(location, "The field 'Type' is required");
  else if (!isStateType(type))
    findings.error(`${location}/Type`, `The field 'Type' should have one of these values: [${stateTypes}]`);
  if (!isStateType(type)) return [];
  for (const field of Object.keys(state)) {
    if (stateFields[type].includes(field)) continue;
    const instead = jsonPathFields[field];
    findings.error(
      location,
      instead === undefined
        ? `Field '${field}' is not supported`
        : `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage: use ${instead}`,
    );
  }
  checkAssign(state['Assign'], `${location}/Assign`, around.outerVariables, findings);

  const targets: { readonly name: unknown; readonly at: string }[] = [];
  if (stateFields[type].includes('Next')) {
    if (state['Next'] !== undefined && state['End'] !== undefined)
      findings.error(location, 'There should only be one of the following fields: [Next, End]');
    if (state['Next'] === undefined && state['End'] === undefined)
      findings.error(location, 'This object should have only one of the following fields: [Next, End]');
    if (state['End'] !== undefined && state['End'] !== true) findings.error(`${location}/End`, 'End must be true');
    if (state['Next'] !== undefined) targets.push({ name: state['Next'], at: `${location}/Next` });
  }
  for (const { entry, at } of checkRecovery(state, location, findings)) {
    targets.push({ name: entry['Next'], at: `${at}/Next` });
    checkAssign(entry['Assign'], `${at}/Assign`, around.outerVariables, findings);
  }
  const groups = checkTypeRules(type, state, location, findings, targets);
  for (const { group, at, distributed } of groups) {
    checkGroup(group, at, {
      ...around,
      language: around.language,
      outerVariables: distributed ? new Set() : new Set([...around.outerVariables, ...known]),
    });
  }
  checkExpressions(type, state, location, known, findings);
  return targets.flatMap(({ name, at }) => {
    if (typeof name === 'string') return [{ to: name, at }];
    findings.error(at, 'Next must be the name of a state');
    return [];
  });
}

/** Whether a state may end its group: AWS asks no more than that one of the machine's states can. */
const isTerminal = (state: unknown): boolean =>
  isObject(state) && (state['Type'] === 'Succeed' || state['Type'] === 'Fail' || state['End'] === true);

/** Reports the states that no way from the first one leads to. */
function checkReachability(
  start: string,
  leadsTo: ReadonlyMap<string, readonly string[]>,
  location: string,
  findings: Findings,
): void {
  const reachable = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reachable.has(name)) continue;
    reachable.add(name);
    open.push(...(leadsTo.get(name) ?? []));
  }
  for (const name of leadsTo.keys()) {
    if (!reachable.has(name)) {
      findings.error(`${location}/States/${name}`, `State "${name}" is not reachable.`, 'MISSING_TRANSITION_TARGET');
    }
  }
}

/** Checks states that name each other: the machine, a branch, an item processor. */
function checkGroup(group: unknown, location: string, around: Surroundings): void {
  const { findings } = around;
  const whole = location === '';
  const start = isObject(group) ? group['StartAt'] : undefined;
  const states = isObject(group) ? group['States'] : undefined;
  if (!whole && isObject(group) && group['QueryLanguage'] !== undefined)
    findings.error(location, "Field 'QueryLanguage' is not supported");
  if (typeof start !== 'string') findings.error(whole ? '/' : location, 'These fields are required: [StartAt]');
  if (!isObject(states)) {
    findings.error(whole ? '/' : location, 'These fields are required: [States]');
    return;
  }
  if (Object.keys(states).length === 0) findings.error(`${location}/States`, 'Value cannot be empty');
  const known = new Set([...around.outerVariables, ...assignedNames(states)]);
  const leadsTo = new Map<string, string[]>();
  for (const [name, state] of Object.entries(states)) {
    const at = `${location}/States/${name}`;
    if (name.length > MAX_STATE_NAME) findings.error(at, `A state's name has at most ${MAX_STATE_NAME} characters`);
    if (around.stateNames.has(name))
      findings.error(at, `The state name '${name}' is used twice`, 'DUPLICATE_STATE_NAME');
    around.stateNames.add(name);
    leadsTo.set(name, []);
    if (!isObject(state)) {
      findings.error(at, 'A state must be an object');
      continue;
    }
    for (const { to, at: place } of checkState(state, at, known, around)) {
      if (Object.hasOwn(states, to)) leadsTo.get(name)?.push(to);
      else findings.error(place, `Missing 'Next' target: ${to}`, 'MISSING_TRANSITION_TARGET');
    }
  }
  if (typeof start === 'string' && !Object.hasOwn(states, start))
    findings.error(`${location}/StartAt`, `Missing 'Next' target: ${start}`, 'MISSING_TRANSITION_TARGET');
  if (whole && !Object.values(states).some(isTerminal))
    findings.error(undefined, 'Workflow has no terminal state', 'MISSING_END_STATE');
  else if (typeof start === 'string') checkReachability(start, leadsTo, location, findings);
}

function checkRoot(definition: unknown, findings: Findings): void {
  if (!isObject(definition)) {
    findings.error('/', 'A definition must be a JSON object');
    return;
  }
  for (const field of Object.keys(definition)) {
    if (!['Comment', 'Version', 'QueryLanguage', 'TimeoutSeconds', 'StartAt', 'States'].includes(field)) {
      findings.error('/', `Field '${field}' is not supported`);
    }
  }
  const language = definition['QueryLanguage'];
  checkLanguage(language, '/QueryLanguage', findings);
  const timeout = definition['TimeoutSeconds'];
  if (timeout !== undefined && !(typeof timeout === 'number' && Number.isInteger(timeout) && timeout > 0)) {
    findings.error('/TimeoutSeconds', 'TimeoutSeconds must be a positive whole number');
  }
  checkGroup(definition, '', { language, outerVariables: new Set(), stateNames: new Set(), findings });
}

/** Checks a definition's JSON text; errors would make CreateStateMachine refuse it, warnings would not. */
export function validateDefinition(text: string): Diagnostic[] {
  const findings = new Findings();
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) findings.error('/', 'A definition has at most 1 MB');
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    findings.error(undefined, `The definition is not valid JSON: ${String(error)}`, 'INVALID_JSON_DESCRIPTION');
    return findings.list;
  }
  checkRoot(definition, findings);
  return findings.list;
}

/**
 * Parses and checks a definition.
 * @throws InvalidDefinition naming every error and its place
 */
export function parseDefinition(text: string): Definition {
  const errors = validateDefinition(text).filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new InvalidDefinition(errors);
  return JSON.parse(text) as Definition;
}
