import {
  checkPolicies,
  convertFile,
  explainImages,
  listPublishers,
  runPolicyTests,
  VerifyError,
} from '../../gate/index.ts';
import { plainPage, renderJsonDocument, visibleDocument } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { explanationLines } from '../explanation-lines.ts';
import { readArguments } from '../read-arguments.ts';
import { say } from '../streams.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify policy check [FILE…]`. */
export const policyCheckCommand: Command = async (context, args) => {
  const { own, operands } = await readArguments(context, args);
  const { session } = openSession(context, own, null);
  const checked = await checkPolicies(session, operands);
  const named = checked.policies.map(
    ({ layer, source, sha256 }) => `  ${layer.padEnd(13)}${source}  sha256:${sha256.slice(0, 12)}`,
  );
  const remarks = checked.remarks.map(
    ({ policy, line, message, hint }) => `  ! ${policy}${line === null ? '' : `:${line}`}: ${message} (${hint})`,
  );
  await writeResult(context, own, (format) =>
    format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, ...checked })
      : plainPage([`valid: ${checked.rules} rules, mode ${checked.mode}`, ...named, ...remarks]),
  );
  return exitStatus.allowed;
};

/** `docker verify policy explain IMAGE…`. */
export const policyExplainCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session, progress } = openSession(context, own, 'looking at what is attached');
  try {
    const images = await explainImages(session, rest);
    progress.stop();
    await writeResult(context, own, (format) =>
      format === 'json'
        ? renderJsonDocument({ schemaVersion: 0, images })
        : plainPage(images.flatMap(explanationLines)),
    );
    return exitStatus.allowed;
  } finally {
    progress.stop();
  }
};

/** `docker verify policy test FILE…`. */
export const policyTestCommand: Command = async (context, args) => {
  const { own, operands } = await readArguments(context, args);
  const { session } = openSession(context, own, null);
  const results = await runPolicyTests(session, operands);
  const failed = results.filter(({ passed }) => !passed).length;
  const lines = results.flatMap(({ name, line, passed, differences }) => [
    `${passed ? '✓' : '✗'} ${name}${passed ? '' : ` (line ${line})`}`,
    ...differences.map((difference) => `    ${difference}`),
  ]);
  await writeResult(context, own, (format) =>
    format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, results })
      : plainPage([...lines, `${results.length - failed} passed, ${failed} failed`]),
  );
  return failed === 0 ? exitStatus.allowed : exitStatus.blocked;
};

/** `docker verify policy convert FILE`. */
export const policyConvertCommand: Command = async (context, args) => {
  const { own, operands } = await readArguments(context, args);
  const [file, ...others] = operands;
  if (file === undefined || others.length > 0) {
    throw new VerifyError('usage.invalid', 'policy convert takes one file', {
      hint: 'docker verify policy convert FILE > docker-verify.yaml',
    });
  }
  const { session } = openSession(context, own, null);
  const { from, yaml, unconverted } = await convertFile(session, file);
  await writeResult(context, own, (format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, from, yaml, unconverted }) : visibleDocument(yaml),
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

/** `docker verify policy publishers [IMAGE]`. */
export const policyPublishersCommand: Command = async (context, args) => {
  const { own, operands } = await readArguments(context, args);
  const [image = null, second] = operands;
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
  await writeResult(context, own, (format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, publishers: listed }) : plainPage(page),
  );
  return exitStatus.allowed;
};
