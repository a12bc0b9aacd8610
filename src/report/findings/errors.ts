import type { ErrorCode } from '../../model/index.ts';
import { referenceSections } from './finding-explanation.ts';

/** What the reference says of an error. */
export interface ErrorExplanation {
  readonly meaning: string;
  readonly cure: string;
}

/** Every error with its meaning and cure; a section of docs/findings.md is generated from it. */
export const errorExplanations: Readonly<Record<ErrorCode, ErrorExplanation>> = {
  'usage.invalid': {
    meaning: 'The command line, or one of our variables, does not make sense. Nothing was looked at.',
    cure: 'Write what the message says; `docker verify COMMAND --help` shows the options and two examples.',
  },
  'usage.loosens': {
    meaning: 'The command line asks for warnings only, and a policy in force says `mode: enforce`.',
    cure: 'Leave `--mode` away, or change the policy that the message names.',
  },
  'dockerfile.missing': {
    meaning: 'There is no Dockerfile at the place that the command line names.',
    cure: 'Name it with `-f`, or give the folder that holds it.',
  },
  'dockerfile.unreadable': {
    meaning: 'The Dockerfile is there and cannot be read: no file, too large, or without permission.',
    cure: 'See who may read it, or name another with `-f`.',
  },
  'dockerfile.invalid': {
    meaning: 'BuildKit would refuse this Dockerfile, at the line that the message names.',
    cure: 'Mend that line; `docker build --check .` says more.',
  },
  'context.invalid': {
    meaning:
      'The build context of a bake target is not there, or what lies on standard input cannot be read. One that the command line names and that is not there is wrong usage (`usage.invalid`).',
    cure: 'Name a folder, a URL, or `-` for standard input.',
  },
  'bake.invalid': {
    meaning: 'The bake or compose file makes no sense to buildx, or it reads it in two ways.',
    cure: 'See what `docker buildx bake --print` says.',
  },
  'reference.invalid': {
    meaning: 'The text is no name of an image: letters, digits and `._-/`, in lower case, then `:tag` or `@sha256:…`.',
    cure: 'Write the name as `docker pull` takes it.',
  },
  'policy.invalid': {
    meaning: 'A policy holds what its language does not have, or a file has a name under which it is not read.',
    cure: 'Mend the line that the message names, or rename the file; `docker verify policy check` says when it is valid.',
  },
  'policy.unreadable': {
    meaning:
      'A policy, or a file that it names, is there and cannot be read. Only a file that does not exist is absent.',
    cure: 'Mend its permissions or its link, or remove it.',
  },
  'policy.unavailable': {
    meaning: 'A policy that another one extends was never fetched and cannot be had, or is not signed as it must be.',
    cure: 'Check the network, its address and who signed it. Once fetched it is kept, and used while the network is away.',
  },
  'policy.unsafe': {
    meaning: 'A policy of the machine or the user could be changed by somebody else: by its owner or its permissions.',
    cure: 'Make file and folder yours or root’s, and not writable by others; the message has the command.',
  },
  'lock.invalid': {
    meaning: '`docker-verify.lock.json` is not as it was written: the mark of a merge, a key twice, or no JSON.',
    cure: 'Finish the merge, or delete the file and run `docker verify lock`.',
  },
  'config.invalid': {
    meaning: 'A configuration file of Docker (config.json, daemon.json, certs.d) makes no sense.',
    cure: 'Mend the file that the message names.',
  },
  'trust.invalid': {
    meaning: 'A trusted root, or a file of publishers, makes no sense.',
    cure: 'Name a trusted root in the format of Sigstore, as `docker verify trust show` lists those in use.',
  },
  'trust.unavailable': {
    meaning: 'What a policy needs to be judged (a key, a policy bundle, a trusted root) could not be fetched.',
    cure: 'See the reason, and try again; what was fetched once is kept.',
  },
  'registry.unreachable': {
    meaning:
      'The registry gave no answer: no network, no such host, a proxy, or a certificate by an unknown authority.',
    cure: 'Check network, `HTTPS_PROXY` and certificates; `docker pull` of the same image shows whether Docker gets there.',
  },
  'registry.impossible': {
    meaning: 'No address can be made of the registry’s name, so that no request can be sent.',
    cure: 'Check the spelling of what stands before the first `/`.',
  },
  'registry.unauthorized': {
    meaning:
      'The registry answered 401 or 403: no login, a login that it does not accept, or one that may not see this.',
    cure: 'Run `docker login REGISTRY`; where you are logged in, ask who may read the repository.',
  },
  'registry.not-found': {
    meaning: 'The registry answered 404.',
    cure: 'Check the spelling of name and tag, and `docker login` for a private repository.',
  },
  'registry.rate-limited': {
    meaning: 'The registry answered 429: too many requests from this address or this login.',
    cure: 'Wait, or run `docker login`: most registries allow more to those who are known.',
  },
  'registry.failed': {
    meaning: 'The registry answered with an error of its own, or with what no registry answers.',
    cure: 'Try again; if it stays so, send the message to the operator of the registry.',
  },
  'registry.untrustworthy': {
    meaning:
      'The registry sent what cannot be right: bytes of another digest, more than is bounded, a redirect to where none may lead.',
    cure: 'Try another network; if it stays so, something on the way changes what is sent, or the registry is broken.',
  },
  'registry.offline': {
    meaning: 'With `--offline` the network is not used, and what is kept does not suffice.',
    cure: 'Run once without `--offline`, or write the digest into the Dockerfile.',
  },
  'attachment.ignored': {
    meaning: 'Something is listed or attached that says nothing about the image. It ends no run; a note says so.',
    cure: 'None is needed. The owner of the repository can remove the entry.',
  },
  'layout.invalid': {
    meaning: 'An OCI layout that the build uses cannot be read, or its files are not what their names say.',
    cure: 'Make it again, for instance with `docker buildx build --output type=oci`.',
  },
  'credentials.failed': {
    meaning: 'A credential helper failed, so that it is not known who you are to the registry.',
    cure: 'Run `docker login REGISTRY` again, or see `credHelpers` and `credsStore` in Docker’s config.json.',
  },
  'signature.unsupported': {
    meaning: 'A signature or certificate is of a form, or asks for something, that cannot be evaluated here.',
    cure: 'Have the image signed in a common form, or tell us which one is missing.',
  },
  'builder.unavailable': {
    meaning: 'There is no buildx, no daemon, or no builder of that name.',
    cure: 'Start Docker, or install the buildx plugin; `docker verify doctor` shows what is there.',
  },
  'builder.unenforceable': {
    meaning: 'The builder would not obey a source policy, so that it could use other images than those verified.',
    cure: 'Use Docker Engine 25 or newer with BuildKit, or another builder (`--builder`).',
  },
  'builder.policy-unsupported': {
    meaning: 'The file in EXPERIMENTAL_BUILDKIT_SOURCE_POLICY holds a selector that cannot be evaluated here.',
    cure: 'Rewrite that selector, or unset the variable.',
  },
  timeout: {
    meaning: 'Verifying took longer than `--timeout` (60 seconds for all together, if nothing is said).',
    cure: 'Try again, or give more time: `--verify-timeout 5m`.',
  },
  'audit.failed': {
    meaning: 'After the build it could not be shown that it used only what was verified.',
    cure: 'Do not use what was built before you know why; the message names it, and where it went.',
  },
  'file.unwritable': {
    meaning:
      'A result that was asked for cannot be written where it should go: wrong usage (64), or, where there is no room or the disk fails, 11.',
    cure: 'Name a file in a folder that exists and that you may write, or make room.',
  },
  'signing.failed': {
    meaning:
      'What was to be pushed could not be signed: the identity token, the certificate authority or the log failed.',
    cure: 'Read what it says of the service; sign with `--key FILE`, or try again later. Nothing was attached.',
  },
  'records.unreadable': {
    meaning: 'The journal of builds, or its index, cannot be read.',
    cure: 'Delete the index, which is made again from the journal; see who may read the journal.',
  },
  cancelled: {
    meaning: 'The run was ended from outside, by Ctrl-C or because Docker went away.',
    cure: 'Run it again; nothing is left half-written.',
  },
  internal: {
    meaning: 'A defect of this program.',
    cure: 'Run it again with `docker -D verify …` and report what it says.',
  },
};

/** The reference of all errors as Markdown, in the order of the table. */
export function renderErrorReference(): string {
  const opening =
    'Every error that can end a run, by its code. This list is generated from `src/report/findings/errors.ts`.';
  return `# Errors\n\n${opening}\n\n${referenceSections(errorExplanations)}`;
}
