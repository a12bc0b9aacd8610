import { VerifyError } from '../gate/index.ts';
import type { ReadArguments } from './read-arguments.ts';

/**
 * Who is trusted, by the options `key`, `identity`, `issuer` and `signed-by`: entries as of a rule's `signedBy`.
 * @throws VerifyError `usage.invalid`
 */
export function trustedSigners({ given }: ReadArguments): readonly string[] {
  const [identity, issuer] = [given.last('identity'), given.last('issuer')];
  if ((identity === null) !== (issuer === null)) {
    throw new VerifyError('usage.invalid', '--identity and --issuer belong together', {
      hint: 'write --identity https://github.com/… --issuer https://token.actions.githubusercontent.com',
    });
  }
  return [
    ...given.all('signed-by'),
    ...given.all('key').map((key) => JSON.stringify({ key })),
    ...(identity === null ? [] : [JSON.stringify({ keyless: { identity, issuer } })]),
  ];
}
