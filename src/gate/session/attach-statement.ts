import { type Descriptor, VerifyError } from '../../model/index.ts';
import { type Artifact, bounds, pushArtifact, type RegistryClient, type RepositoryName } from '../../oci/index.ts';
import {
  type SignedStatement,
  type StatementRequest,
  type StatementSigner,
  statementBytes,
} from '../../signing/index.ts';

/** What was attached: the manifest that carries it, and who signed. */
export interface AttachedStatement {
  readonly manifest: Descriptor;
  readonly signer: SignedStatement['signer'];
}

type Subject = Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;

/** A signed statement as cosign 3 attaches a bundle, an unsigned one as BuildKit writes its statements. */
function artifactOf(signed: SignedStatement, predicateType: string, subject: Subject): Artifact {
  const { bytes, mediaType, signer } = signed;
  const common = { artifactType: mediaType, subject };
  if (signer === null)
    return { ...common, layers: [{ mediaType, bytes, annotations: { 'in-toto.io/predicate-type': predicateType } }] };
  const annotations = {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    'dev.sigstore.bundle.predicateType': predicateType,
  };
  return { ...common, layers: [{ mediaType, bytes }], annotations };
}

/**
 * Signs a statement about a digest, and attaches it there as a referrer.
 * @throws VerifyError `registry.*`, `signing.failed`; `usage.invalid` for one that is too large to be read
 */
export async function attachStatement(
  client: RegistryClient,
  place: RepositoryName,
  subject: Subject,
  signer: StatementSigner,
  request: Omit<StatementRequest, 'subject'>,
): Promise<AttachedStatement> {
  const signed = await signer.sign(statementBytes({ ...request, subject: subject.digest }));
  if (signed.bytes.length > bounds.signature) {
    throw new VerifyError(
      'usage.invalid',
      `what was to be attached to ${request.name} has ${signed.bytes.length} bytes, more than the ${bounds.signature} that are read of an attachment`,
    );
  }
  const manifest = await pushArtifact(client, place, artifactOf(signed, request.predicateType, subject), null);
  return { manifest, signer: signed.signer };
}
