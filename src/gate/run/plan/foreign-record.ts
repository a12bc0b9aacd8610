import type { BuildRecord, RecordedArguments } from '../../../model/index.ts';

/** A record of another machine with what of it may be built here, and what may not. */
export interface AdmittedRecord {
  readonly record: BuildRecord;
  /** Each argument that was not taken over, as on a command line, with why. */
  readonly leftOut: readonly string[];
}

const platformForm = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/i;
const stageForm = /^[A-Za-z0-9][\w.-]*$/;
const argumentForm = /^[A-Za-z_]\w*$/;
const labelForm = /^[A-Za-z0-9][\w./-]*$/;
const contextForm = /^[A-Za-z0-9][\w./:@-]*$/;
/** An image by a name that buildx can take for nothing else. */
const imageForm = /^docker-image:\/\/[A-Za-z0-9][\w./:@-]*$/;
/** Arguments that steer the builder, or send what a build downloads through a host of somebody's choice (docs.docker.com, "Build variables"). */
const steering = /^(?:BUILDKIT_.*|(?:HTTPS?|FTP|NO|ALL)_PROXY)$/i;
/** Remotes that prove who they are, and whose host nothing can take for an option. */
const provenRemote = /^(?:https:\/\/|ssh:\/\/(?:\w[\w.-]*@)?|\w[\w.-]*@)[A-Za-z0-9[][^\s\\]*$/;

/** What of a list of members passes, and the others as texts. */
function parted<Member>(
  members: readonly Member[],
  isHarmless: (member: Member) => boolean,
  textOf: (member: Member) => string,
): { readonly kept: readonly Member[]; readonly left: readonly string[] } {
  return {
    kept: members.filter(isHarmless),
    left: members.filter((member) => !isHarmless(member)).map(textOf),
  };
}

/** A value reaches a program as one argument behind its name; the one byte that would end it cannot be in it. */
function isPlain(value: string | null): boolean {
  return value?.includes('\0') !== true;
}

function admitArguments(given: RecordedArguments): {
  readonly kept: RecordedArguments;
  readonly left: readonly string[];
} {
  const { build, contexts, secrets, ssh, labels = {}, network = null, hosts = [] } = given;
  const values = parted(
    Object.entries(build),
    ([name, value]) => argumentForm.test(name) && !steering.test(name) && isPlain(value),
    ([name]) => `--build-arg ${name}: it steers the builder, or is no name of an argument`,
  );
  const images = parted(
    Object.entries(contexts),
    ([name, value]) => contextForm.test(name) && imageForm.test(value),
    ([name]) => `--build-context ${name}: only an image is taken, no folder and no address`,
  );
  const marks = parted(
    Object.entries(labels),
    ([name, value]) => labelForm.test(name) && isPlain(value),
    ([name]) => `--label ${name}: it is no name of a label`,
  );
  const isShut = network === null || network === 'none' || network === 'default';
  const kept: RecordedArguments = {
    build: Object.fromEntries(values.kept),
    contexts: Object.fromEntries(images.kept),
    secrets: [],
    ssh: [],
    ...(marks.kept.length === 0 ? {} : { labels: Object.fromEntries(marks.kept) }),
    ...(network !== null && isShut ? { network } : {}),
  };
  const left = [
    ...values.left,
    ...images.left,
    ...marks.left,
    ...secrets.map((id) => `--secret ${id}: secrets of this machine go to no build of others`),
    ...ssh.map((id) => `--ssh ${id}: keys and agents of this machine go to no build of others`),
    ...(isShut ? [] : [`--network ${network}: a build of others gets no network of this machine`]),
    ...hosts.map((host) => `--add-host ${host.split(/[:=]/)[0] ?? ''}: names stand for what they stand for here`),
  ];
  return { kept, left };
}

function admitContext({ kind, remote, ...rest }: BuildRecord['context']): {
  readonly context: BuildRecord['context'];
  readonly left: readonly string[];
} {
  const isAsked = remote === null || provenRemote.test(remote);
  return {
    // a folder of theirs is none of this machine's
    context: { ...rest, kind, source: null, remote: isAsked ? remote : null },
    left: isAsked ? [] : [`the remote ${remote}: for what others recorded only https and ssh are asked`],
  };
}

/**
 * What of a record that another machine shared may be built here: an allow-list of what changes the image and reaches nothing of this
 * machine (platforms, the stage, values of arguments, labels, a network that is shut or the builder's own, images under other names),
 * each held to the form of its kind. Its signer may be trusted to say what was built, not to run things here.
 */
export function admitForeign(record: BuildRecord): AdmittedRecord {
  const platforms = parted(
    record.platforms,
    (platform) => platformForm.test(platform),
    (platform) => `--platform ${platform}: it is no platform`,
  );
  const isStage = record.stage === null || stageForm.test(record.stage);
  const given = admitArguments(record.arguments);
  const { context, left } = admitContext(record.context);
  return {
    record: {
      ...record,
      platforms: platforms.kept,
      stage: isStage ? record.stage : null,
      arguments: given.kept,
      context,
    },
    leftOut: [
      ...platforms.left,
      ...(isStage ? [] : [`--target ${record.stage}: it is no name of a stage`]),
      ...given.left,
      ...left,
    ].map((text) => text.slice(0, 300)),
  };
}
