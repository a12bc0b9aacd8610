import { checkPolicies, splitOwnOptions, VerifyError } from '../../gate/index.ts';
import { renderJsonDocument, visible } from '../../report/index.ts';
import { type Command, openSession, operands } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { writeResult } from '../write-result.ts';

const check: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  const { session } = openSession(context, own, null);
  const checked = await checkPolicies(session, operands(rest, 'policy check'));
  const named = checked.policies.map(
    ({ layer, source, sha256 }) => `  ${layer.padEnd(13)}${visible(source)}  sha256:${sha256.slice(0, 12)}`,
  );
  const text =
    own.format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, ...checked })
      : `valid: ${checked.rules} rules, mode ${checked.mode}\n${named.join('\n')}\n`;
  await writeResult(text, own.output);
  return exitStatus.allowed;
};

const verbs: Readonly<Record<string, Command>> = { check };

/** `docker verify policy VERB`. */
export const policyCommand: Command = async (context, [verb = '', ...args]) => {
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (run === undefined)
    throw new VerifyError('usage.invalid', `policy has no command ${verb}`, {
      hint: 'see docker verify policy --help',
    });
  return await run(context, args);
};
