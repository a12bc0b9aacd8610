import type { Credential, RegistryClientOptions } from '../../../src/oci/index.ts';

/** What is stored. */
const password: Credential = { username: 'ann', secret: 's3cret', kind: 'password' };
/** The header that it makes. */
export const basic = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;
/** Credentials for one registry alone. */
export const only = (host: string, credential: Credential | null = password): Partial<RegistryClientOptions> => ({
  credentials: { credentialFor: (registry) => Promise.resolve(registry === host ? credential : null) },
});
