import type { ASN1Obj, X509Certificate } from '@sigstore/core';
import { Refusal } from '../refusal.ts';
import { emailAttributes, isSelfIssued, namesOf, relativeNames } from './distinguished-name.ts';

const nameConstraints = '2.5.29.30';
const subjectAlternativeName = '2.5.29.17';
const iaString = 0x16;

/** The choices of GeneralName by their tag (RFC 5280, section 4.2.1.6). */
const forms = ['other', 'email', 'dns', 'x400', 'directory', 'edi', 'uri', 'address', 'registered'] as const;
type NameForm = (typeof forms)[number];

interface GeneralName {
  readonly form: NameForm;
  readonly value: ASN1Obj;
}

interface Subtrees {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

type Within = (name: ASN1Obj, base: ASN1Obj) => boolean;

function malformed(): Refusal {
  return new Refusal('certificate-invalid', 'a certificate of its chain constrains names in a way that cannot be read');
}

function generalName(value: ASN1Obj | undefined): GeneralName {
  const form = value?.tag.isContextSpecific() === true ? forms[value.tag.number] : undefined;
  // a Name is wrapped: CHOICE cannot be tagged implicitly
  const inner = form === 'directory' ? value?.subs[0] : value;
  if (inner === undefined || form === undefined) throw malformed();
  return { form, value: inner };
}

/** A list of GeneralSubtree: a minimum and a maximum are not used (RFC 5280, section 4.2.1.10). */
function subtrees(list: ASN1Obj | undefined): readonly GeneralName[] {
  return (list?.subs ?? []).map(({ subs }) => {
    const [base, ...bounds] = subs;
    if (bounds.length > 0) throw new Refusal('unsupported', 'a certificate of its chain constrains names by depth');
    return generalName(base);
  });
}

function constraintsOf(certificate: X509Certificate): Subtrees {
  const extension = certificate.extension(nameConstraints);
  if (extension === undefined) return { permitted: [], excluded: [] };
  if (!certificate.isCA) {
    throw new Refusal('certificate-invalid', 'a certificate that is no authority constrains names');
  }
  const [sequence, ...rest] = extension.valueObj.subs;
  if (sequence === undefined || rest.length > 0 || !sequence.tag.constructed) throw malformed();
  const known = sequence.subs.filter(({ tag }) => tag.isContextSpecific(0) || tag.isContextSpecific(1));
  if (known.length !== sequence.subs.length) throw malformed();
  return {
    permitted: subtrees(known.find(({ tag }) => tag.isContextSpecific(0))),
    excluded: subtrees(known.find(({ tag }) => tag.isContextSpecific(1))),
  };
}

/** What a certificate is called: its subject, the e-mail addresses in that, and its alternative names. */
function namesIn(certificate: X509Certificate): readonly GeneralName[] {
  const { subject } = namesOf(certificate);
  const directory: readonly GeneralName[] =
    subject === undefined || subject.subs.length === 0 ? [] : [{ form: 'directory', value: subject }];
  const emails = emailAttributes(subject).map((value): GeneralName => {
    if (value.tag.number !== iaString) throw malformed();
    return { form: 'email', value };
  });
  const alternatives = certificate.extension(subjectAlternativeName)?.valueObj.subs[0]?.subs ?? [];
  return [...directory, ...emails, ...alternatives.map(generalName)];
}

function textOf({ value }: ASN1Obj): string {
  return value.toString('latin1').toLowerCase();
}

function isHostWithin(host: string, base: string): boolean {
  return base.startsWith('.') ? host.length > base.length && host.endsWith(base) : host === base;
}

const isDnsWithin: Within = (name, base) => {
  const [host, domain] = [textOf(name), textOf(base)];
  if (domain === '' || host === domain) return true;
  return host.endsWith(domain.startsWith('.') ? domain : `.${domain}`);
};

/** A mailbox, all of a host, or of the hosts below it; only the part before the `@` has letters of two cases. */
const isEmailWithin: Within = (name, base) => {
  const [address, wanted] = [name.value.toString('latin1'), base.value.toString('latin1')];
  const [at, wantedAt] = [address.lastIndexOf('@'), wanted.lastIndexOf('@')];
  if (at < 0) throw new Refusal('certificate-invalid', 'a certificate of its chain has an e-mail address without an @');
  const host = address.slice(at + 1).toLowerCase();
  if (wantedAt < 0) return isHostWithin(host, wanted.toLowerCase());
  const isMailbox = wantedAt === 0 || address.slice(0, at) === wanted.slice(0, wantedAt);
  return isMailbox && host === wanted.slice(wantedAt + 1).toLowerCase();
};

const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\]*)/;
const literalAddress = /^\[|^\d+(\.\d+){3}$/;

const isUriWithin: Within = (name, base) => {
  const text = authority.exec(textOf(name))?.[1] ?? '';
  const host = text.slice(text.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  if (host === '' || literalAddress.test(host)) {
    throw new Refusal(
      'certificate-invalid',
      'a certificate of its chain has a URI that names no host, which is asked for',
    );
  }
  return isHostWithin(host, textOf(base));
};

const isAddressWithin: Within = ({ value: address }, { value: base }) => {
  if (base.length !== 8 && base.length !== 32) throw malformed();
  const half = base.length / 2;
  if (address.length !== half) return false;
  return address.every((byte, index) => ((byte ^ (base[index] ?? 0)) & (base[index + half] ?? 0)) === 0);
};

const isDirectoryWithin: Within = (name, base) => {
  const [names, wanted] = [relativeNames(name), relativeNames(base)];
  return wanted.length <= names.length && wanted.every((part, index) => part === names[index]);
};

/** How names of a form are compared; what is left out cannot be evaluated. */
const within: Readonly<Partial<Record<NameForm, Within>>> = {
  email: isEmailWithin,
  dns: isDnsWithin,
  uri: isUriWithin,
  address: isAddressWithin,
  directory: isDirectoryWithin,
};

function assertName(name: GeneralName, { permitted, excluded }: Subtrees): void {
  const allowed = permitted.filter(({ form }) => form === name.form);
  const forbidden = excluded.filter(({ form }) => form === name.form);
  if (allowed.length + forbidden.length === 0) return;
  const isWithin = within[name.form];
  if (isWithin === undefined) {
    throw new Refusal(
      'unsupported',
      'an authority in its chain constrains names of a form that cannot be evaluated here',
    );
  }
  const isPermitted = allowed.length === 0 || allowed.some(({ value }) => isWithin(name.value, value));
  if (!isPermitted || forbidden.some(({ value }) => isWithin(name.value, value))) {
    throw new Refusal('certificate-invalid', `an authority in its chain may not certify this ${nameKinds[name.form]}`);
  }
}

const nameKinds: Readonly<Record<NameForm, string>> = {
  email: 'e-mail address',
  dns: 'host name',
  uri: 'URI',
  address: 'address',
  directory: 'subject',
  other: 'name',
  x400: 'name',
  edi: 'name',
  registered: 'name',
};

/**
 * Requires that each certificate's names are within what every authority above it permits (RFC 5280, sections 4.2.1.10 and 6.1.3 (b)
 * and (c)): subject, e-mail addresses, host names, URIs and addresses. The anchor's own constraints count too.
 * @param path the signer first, the anchor last
 * @throws Refusal `certificate-invalid`; `unsupported` where a form that is not evaluated is constrained and present
 */
export function assertNames(path: readonly X509Certificate[]): void {
  const constraints = path.map(constraintsOf);
  for (const [index, certificate] of path.entries()) {
    const above = constraints
      .slice(index + 1)
      .filter(({ permitted, excluded }) => permitted.length + excluded.length > 0);
    if (above.length === 0 || (index > 0 && isSelfIssued(certificate))) continue;
    for (const name of namesIn(certificate)) for (const each of above) assertName(name, each);
  }
}
