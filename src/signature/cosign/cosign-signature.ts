import { type Digest, isDigest, type Problem } from '../../model/index.ts';
import { vouched } from '../attachment-reader.ts';
import { decodeBase64 } from '../base64.ts';
import { printable, Refusal } from '../refusal.ts';
import { repositoryIn } from '../sigstore/repository-in.ts';
import { signedMessage } from '../sigstore/signed-bytes.ts';
import { statementForm } from '../sigstore/statement-form.ts';
import { objectOf, parseStrictJson, stringOf, structureOf } from '../strict-json.ts';
import { readCosignAnnotations } from './cosign-annotations.ts';

const simpleSigningType = 'cosign container image signature';

interface SimpleSigning {
  readonly subject: Digest;
  readonly repository: string | null;
  readonly signedName?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly problem: Problem | null;
}

function subjectProblem(digest: string, wanted: Digest): Problem | null {
  if (digest === wanted) return null;
  return { code: 'wrong-subject', message: `it was made for ${printable(digest) || 'no digest'}, expected ${wanted}` };
}

function typeProblem(type: string): Problem | null {
  if (type === simpleSigningType) return null;
  return { code: 'wrong-type', message: `its payload is a "${printable(type)}", expected "${simpleSigningType}"` };
}

/** Reads a simple-signing payload (containers/image, docs/containers-signature.5.md, with cosign's type). */
function readPayload(content: Buffer, wanted: Digest): SimpleSigning {
  const payload = structureOf(parseStrictJson(content, 'the signed payload'), 'the signed payload');
  const critical = structureOf(payload['critical'], 'critical');
  const identity = structureOf(critical['identity'], 'critical.identity');
  const image = structureOf(critical['image'], 'critical.image');
  const digest = stringOf(image['docker-manifest-digest'], 'critical.image.docker-manifest-digest');
  const type = stringOf(critical['type'], 'critical.type');
  const optional = payload['optional'] ?? {};
  const annotations = Object.entries(objectOf(optional, 'optional')).map(([name, value]): readonly [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const name = stringOf(identity['docker-reference'] ?? '', 'critical.identity.docker-reference');
  return {
    subject: isDigest(digest) ? digest : wanted,
    repository: repositoryIn(name),
    ...(name === '' ? {} : { signedName: name }),
    annotations: Object.fromEntries(annotations),
    problem: typeProblem(type) ?? subjectProblem(digest, wanted),
  };
}

/** cosign 1 and 2: a simple-signing payload in a layer, its signature in the layer's annotations. */
export const cosignSignature = statementForm({
  read(attachment, content) {
    const found = readCosignAnnotations(attachment);
    if (found.signature === '') throw new Refusal('malformed', 'its layer carries no signature');
    const payload = readPayload(content, attachment.subject);
    return [
      {
        ...payload,
        ...vouched(attachment, 'cosign-signature', payload.subject),
        predicateType: null,
        statement: null,
        signed: signedMessage(content, decodeBase64(found.signature, 'its signature')),
        certificate: found.certificate,
        chain: found.chain,
        keyHint: null,
        logEntries: found.logEntries,
        timestamps: found.timestamps,
        envelope: null,
      },
    ];
  },
});
