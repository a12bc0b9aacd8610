import {
  checkPolicies,
  convertFile,
  explainImages,
  listPublishers,
  refuseUnknownOptions,
  runPolicyTests,
  splitOwnOptions,
  VerifyError,
} from '../../gate/index.ts';
import { plainPage, renderJsonDocument, visibleDocument } from '../../report/index.ts';
import { type Command, openSession, operands } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { explanationLines } from '../explanation-lines.ts';
import { refuseFormat } from '../refuse-format.ts';
import { say } from '../streams.ts';
import { writeResult } from '../write-result.ts';

const check: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'policy check');
  const { session } = openSession(context, own, null);
  const checked = await checkPolicies(session, operands(rest, 'policy check'));
  const named = checked.policies.map(
    ({ layer, source, sha256 }) => `  ${layer.padEnd(13)}${source}  sha256:${sha256.slice(0, 12)}`,
  );
  const remarks = checked.remarks.map(
    ({ policy, line, message, hint }) => `  ! ${policy}${line === null ? '' : `:${line}`}: ${message} (${hint})`,
  );
  const text =
    own.format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, ...checked })
      : plainPage([`valid: ${checked.rules} rules, mode ${checked.mode}`, ...named, ...remarks]);
  await writeResult(text, own.output);
  return exitStatus.allowed;
};

const explain: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  refuseUnknownOptions(rest);
  refuseFormat(own, 'policy explain');
  const { session, progress } = openSession(context, own, 'looking at what is attached');
  try {
    const images = await explainImages(session, rest);
    progress.stop();
    const text =
      own.format === 'json'
        ? renderJsonDocument({ schemaVersion: 0, images })
        : plainPage(images.flatMap(explanationLines));
    await writeResult(text, own.output);
    return exitStatus.allowed;
  } finally {
    progress.stop();
  }
};

const test: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'policy test');
  const { session } = openSession(context, own, null);
  const results = await runPolicyTests(session, operands(rest, 'policy test'));
  const failed = results.filter(({ passed }) => !passed).length;
  const lines = results.flatMap(({ name, line, passed, differences }) => [
    `${passed ? '✓' : '✗'} ${name}${passed ? '' : ` (line ${line})`}`,
    ...differences.map((difference) => `    ${difference}`),
  ]);
  const text =
    own.format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, results })
      : plainPage([...lines, `${results.length - failed} passed, ${failed} failed`]);
  await writeResult(text, own.output);
  return failed === 0 ? exitStatus.allowed : exitStatus.blocked;
};

const convert: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'policy convert');
  const [file, ...others] = operands(rest, 'policy convert');
  if (file === undefined || others.length > 0) {
    throw new VerifyError('usage.invalid', 'policy convert takes one file', {
      hint: 'docker verify policy convert FILE > docker-verify.yaml',
    });
  }
  const { session } = openSession(context, own, null);
  const { from, yaml, unconverted } = await convertFile(session, file);
  await writeResult(
    own.format === 'json' ? renderJsonDocument({ schemaVersion: 0, from, yaml, unconverted }) : visibleDocument(yaml),
    own.output,
  );
  for (const remark of unconverted) say(`docker verify: warning: ${remark}`);
  return exitStatus.allowed;
};

function since({ version, date }: { readonly version: string | null; readonly date: string | null }): string {
  const parts = [version, date].filter((part) => part !== null);
  return parts.length === 0 ? '' : `, since ${parts.join(' and ')}`;
}

/** What to write so that one of them must have signed. */
function adviceFor(
  image: string,
  listed: readonly { readonly name: string; readonly entries: readonly { readonly written: readonly string[] }[] }[],
): readonly string[] {
  const [first] = listed;
  if (first === undefined)
    return [
      `no publisher is known to sign ${image}`,
      'docker verify inspect IMAGE shows every signature that is there',
    ];
  const images = first.entries.flatMap(({ written }) => written).map((pattern) => JSON.stringify(pattern));
  return [
    '',
    'to ask for it, put under rules:',
    `  - images: [${images.join(', ')}]`,
    `    signedBy: [{publisher: ${first.name}}]`,
  ];
}

const publishers: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'policy publishers');
  const [image = null, second] = operands(rest, 'policy publishers');
  if (second !== undefined) {
    throw new VerifyError('usage.invalid', 'policy publishers takes one image', {
      hint: 'docker verify policy publishers IMAGE; without an image it lists all publishers',
    });
  }
  const { session } = openSession(context, own, null);
  const listed = await listPublishers(session, image);
  const lines = listed.flatMap(({ name, title, layer, origin, confidence, checked, entries }) => [
    `${name}  ${title} (${confidence}${checked === null ? '' : `, checked ${checked}`})`,
    ...(layer === 'builtin' ? [] : [`  from ${origin} (${layer})`]),
    ...entries.map(
      ({ written, signedBy, range }) =>
        `  ${written.join(', ')}: ${signedBy.map(({ label }) => label).join(' or ')}${since(range)}`,
    ),
  ]);
  const page = image === null ? lines : [...lines, ...adviceFor(image, listed)];
  const text = own.format === 'json' ? renderJsonDocument({ schemaVersion: 0, publishers: listed }) : plainPage(page);
  await writeResult(text, session.own.output);
  return exitStatus.allowed;
};

const verbs: Readonly<Record<string, Command>> = { check, explain, test, convert, publishers };

/** `docker verify policy VERB`. */
export const policyCommand: Command = async (context, [verb = '', ...args]) => {
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (run === undefined) {
    throw new VerifyError('usage.invalid', `policy has no command ${verb}`, {
      hint: 'see docker verify policy --help',
    });
  }
  return await run(context, args);
};
