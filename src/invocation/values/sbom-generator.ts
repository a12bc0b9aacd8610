import { parseGoBoolean, VerifyError } from '../../model/index.ts';
import { csvFields, keyAndValue } from './csv-fields.ts';

/** What BuildKit runs where an SBOM is asked for and no generator is named (buildkit, frontend/attestations/sbom). */
const defaultGenerator = 'docker/buildkit-syft-scanner:stable-1';

/** An attestation that a build is to make. */
export interface AttestationRequest {
  readonly type: string;
  readonly disabled: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

function invalid(value: string, hint: string): VerifyError {
  return new VerifyError('usage.invalid', `"${value.slice(0, 200)}" does not describe an attestation`, { hint });
}

function parseAttestation(value: string): AttestationRequest {
  let type = '';
  let disabled = false;
  const attributes = new Map<string, string>();
  for (const field of csvFields(value)) {
    const [key, text] = keyAndValue(field);
    if (text === null) throw invalid(value, 'write type=sbom, or type=sbom,generator=IMAGE');
    const name = key.toLowerCase().trim();
    if (name === 'type') type = text;
    else if (name === 'disabled') {
      const isDisabled = parseGoBoolean(text);
      if (isDisabled === null) throw invalid(value, 'disabled is true or false');
      disabled = isDisabled;
    } else attributes.set(key, text);
  }
  if (type === '') throw invalid(value, 'begin with type=sbom or type=provenance');
  return { type, disabled, attributes: Object.fromEntries(attributes) };
}

/** `--sbom` as the `--attest` that it is short for (buildx, util/buildflags/attests.go). */
function longForm(shorthand: string): string {
  const isOn = parseGoBoolean(shorthand);
  return isOn === null ? `type=sbom,${shorthand}` : `type=sbom,disabled=${!isOn}`;
}

function namedGenerator(attributes: Readonly<Record<string, string>>): string {
  const named = attributes['generator'] ?? '';
  return named === '' ? defaultGenerator : named;
}

/** The build argument that asks for an SBOM without any option: `BUILDKIT_ATTEST_SBOM=generator=IMAGE`, in any case after the prefix. */
function generatorOfArguments(buildArguments: Readonly<Record<string, string | null>>): string | null {
  const prefix = 'BUILDKIT_ATTEST_';
  for (const [name, value] of Object.entries(buildArguments)) {
    const asks = name.startsWith(prefix) && name.slice(prefix.length).toLowerCase() === 'sbom';
    if (!asks || value === null) continue;
    const attributes = csvFields(value).map(keyAndValue);
    return namedGenerator(Object.fromEntries(attributes.map(([key, text]) => [key, text ?? ''])));
  }
  return null;
}

/**
 * The image of the SBOM generator that a build runs, as written or BuildKit's own; null for none. The first request for an SBOM
 * counts (buildx, util/buildflags/attests.go); where there is none a build argument may still ask for one (buildkit,
 * frontend/attestations/parse.go).
 * @throws VerifyError `usage.invalid`
 */
export function generatorOf(
  requests: readonly AttestationRequest[],
  buildArguments: Readonly<Record<string, string | null>>,
): string | null {
  const request = requests.find(({ type }) => type.toLowerCase() === 'sbom');
  if (request !== undefined && !request.disabled) return namedGenerator(request.attributes);
  return generatorOfArguments(buildArguments);
}

/** The attestations that the values of `--attest` and then `--sbom` ask for. */
export function parseAttestations(attests: readonly string[], sbom: string | null): readonly AttestationRequest[] {
  return [...attests, ...(sbom === null ? [] : [longForm(sbom)])].map(parseAttestation);
}
