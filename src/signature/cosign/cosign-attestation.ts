import { inTotoMediaType } from '../../model/index.ts';
import { misplaced, vouched } from '../attachment-reader.ts';
import { decodeBase64 } from '../base64.ts';
import { limits } from '../limits.ts';
import { printable, Refusal } from '../refusal.ts';
import { readStatement } from '../sigstore/in-toto-statement.ts';
import { envelopeBytes, signedEnvelope } from '../sigstore/signed-bytes.ts';
import { statementForm } from '../sigstore/statement-form.ts';
import { arrayOf, objectOf, parseStrictJson, stringOf } from '../strict-json.ts';
import { readCosignAnnotations } from './cosign-annotations.ts';

/** cosign 1 and 2 attestations: a DSSE envelope as the layer, log entry and certificate in the layer's annotations. Each of its signatures stands alone. */
export const cosignAttestation = statementForm({
  read(attachment, content) {
    const found = readCosignAnnotations(attachment);
    const envelope = objectOf(parseStrictJson(content, 'the envelope'), 'the envelope');
    const payloadType = stringOf(envelope['payloadType'], "the envelope's payloadType");
    if (payloadType !== inTotoMediaType) {
      throw new Refusal('wrong-type', `it signs a "${printable(payloadType)}", expected "${inTotoMediaType}"`);
    }
    const payload = decodeBase64(stringOf(envelope['payload'], "the envelope's payload"), "the envelope's payload");
    const reading = readStatement(payload, attachment.subject);
    const form = vouched(attachment, 'attestation', reading.subject);
    const problem = misplaced(form.form, reading.predicateType) ?? reading.problem;
    const signatures = arrayOf(envelope['signatures'], "the envelope's signatures", limits.signatures);
    if (signatures.length === 0) throw new Refusal('malformed', 'the envelope carries no signature');
    const common = envelopeBytes(payloadType, payload);
    return signatures.map((item) => {
      const signature = objectOf(item, "one of the envelope's signatures");
      const bytes = decodeBase64(stringOf(signature['sig'], 'its signature'), 'its signature');
      const keyId = signature['keyid'];
      return {
        ...reading,
        ...form,
        problem,
        // cosign has the whole envelope timestamped here, not the signature.
        signed: signedEnvelope(common, bytes, content),
        certificate: found.certificate,
        chain: found.chain,
        keyHint: typeof keyId === 'string' && keyId !== '' ? keyId : null,
        logEntries: found.logEntries,
        timestamps: found.timestamps,
        envelope: content,
      };
    });
  },
});
