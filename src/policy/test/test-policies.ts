import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type Decision, type Environment, isVerifyError, namedFrom, restated } from '../../model/index.ts';
import { decide } from '../decide/verdict/decide.ts';
import type { PolicySet } from '../language/compiled/policy-set.ts';
import { MaterialCollector } from '../load/files/material-collector.ts';
import type { PolicyScope } from '../load/files/policy-scope.ts';
import { readBytes } from '../load/files/safe-file.ts';
import { loadPolicies } from '../load/layers/load-policies.ts';
import { testInput } from './policy-test-input.ts';
import type { PolicyTestCase } from './policy-test-schema.ts';

/** What became of one test of a table. */
export interface PolicyTestResult {
  readonly name: string;
  readonly image: string;
  /** In the table, from 1. */
  readonly line: number;
  readonly passed: boolean;
  /** What was expected and is not so, for people; empty where it passed. */
  readonly differences: readonly string[];
  readonly decision: Decision;
}

/**
 * Runs a table of tests by the same `decide` as a build.
 * @param path of the table, absolute
 * @param inForce the policies where the table names none
 * @throws VerifyError `policy.invalid` for the table, and whatever its policies throw
 */
export async function testPolicies(
  path: string,
  environment: Environment,
  inForce: () => Promise<PolicySet>,
): Promise<readonly PolicyTestResult[]> {
  const [{ parseYamlSource }, { policyTestSchema }, { validateDocument }] = await Promise.all([
    import('../language/schema/yaml-source.ts'),
    import('./policy-test-schema.ts'),
    import('../language/schema/validate-document.ts'),
  ]);
  const named = namedFrom(environment.workingDirectory, path);
  const bytes = await readBytes(path, named);
  const source = validTable(() => parseYamlSource(bytes, named));
  const table = validTable(() => validateDocument(source, policyTestSchema));
  const folder = dirname(path);
  const policies =
    table.policies === undefined ? await inForce() : await namedPolicies(table.policies, dirname(named), environment);
  const scope = scopeOf(source, folder);
  const results: PolicyTestResult[] = [];
  for (const [index, test] of table.tests.entries()) {
    const input = await testInput(scope, index, test, table.now ?? new Date().toISOString());
    const decision = decide(input, policies);
    const differences = differencesOf(test, decision);
    const { line } = source.placeOf(['tests', index]);
    results.push({
      name: test.name ?? `test ${index + 1}`,
      image: test.image,
      line,
      passed: differences.length === 0,
      differences,
      decision,
    });
  }
  return results;
}

/** A table as it is written, and what to do about one that is wrong: no other command reads it. */
function validTable<Table>(read: () => Table): Table {
  try {
    return read();
  } catch (error) {
    if (!isVerifyError(error, 'policy.invalid') || error.hint !== null) throw error;
    throw restated(error, { hint: 'mend it there, and run docker verify policy test again' });
  }
}

function scopeOf(source: PolicyScope['source'], folder: string): PolicyScope {
  const material = new MaterialCollector();
  return { layer: 'project', policy: source.file, folder, source, material, publishers: new Map() };
}

/** The policies that a table in `folder`, as named to the user, names: alone, each a layer as on the command line, beside the built-in one. */
async function namedPolicies(names: readonly string[], folder: string, environment: Environment): Promise<PolicySet> {
  const isolated = {
    ...environment,
    dockerConfigDirectory: resolve(environment.workingDirectory, folder, '.no-user-policy'),
  };
  const commandLine = names.map((name) => (isAbsolute(name) ? name : join(folder, name)));
  return loadPolicies({ environment: isolated, commandLine, projectFrom: null, mode: null, machineFolder: null });
}

function differencesOf(test: PolicyTestCase, decision: Decision): readonly string[] {
  const { status, verified, findings, rule } = expectationOf(test);
  const differences: string[] = [];
  const compare = (what: string, wanted: unknown, found: unknown): void => {
    if (wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(found))
      differences.push(`${what}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
  };
  compare('status', status, decision.status);
  compare('verified', verified, decision.verified);
  const codes = decision.findings.map(({ code }) => code).sort();
  compare('findings', findings === undefined ? undefined : [...findings].sort(), codes);
  if (rule !== undefined && !decision.decisions.some((one) => one.rule === rule))
    differences.push(
      `rule: expected ${rule}, found ${decision.decisions.map((one) => one.rule ?? 'the default').join(', ')}`,
    );
  return differences;
}

function expectationOf(test: PolicyTestCase): Exclude<PolicyTestCase['expect'], string> {
  return typeof test.expect === 'string' ? { status: test.expect } : test.expect;
}
