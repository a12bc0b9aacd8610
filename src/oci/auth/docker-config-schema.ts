import * as z from 'zod';

const authSchema = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
});

/** What is stored for one registry. */
export type StoredAuth = z.infer<typeof authSchema>;

/** The parts of Docker's config.json that name credentials. Apart from its reader, since only a registry that says 401 has it read. */
export const dockerConfigSchema = z.object({
  auths: z.record(z.string(), authSchema.nullish()).nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
});

export type DockerConfig = z.infer<typeof dockerConfigSchema>;
