import * as z from 'zod';

/** The names of fields in the case that Docker writes, as Go reads them in any. */
function folded(names: readonly string[]): (value: unknown) => unknown {
  const known = new Map(names.map((name) => [name.toLowerCase(), name]));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [known.get(key.toLowerCase()) ?? key, each]));
  };
}

const authFields = {
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
};
const authSchema = z.preprocess(folded(Object.keys(authFields)), z.object(authFields).nullish());

/** What is stored for one registry. */
export type StoredAuth = NonNullable<z.infer<typeof authSchema>>;

const configFields = {
  auths: z.record(z.string(), authSchema).nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
};

/** The parts of Docker's config.json that name credentials. Apart from its reader, since only a registry that says 401 has it read. */
export const dockerConfigSchema = z.preprocess(folded(Object.keys(configFields)), z.object(configFields));

export type DockerConfig = z.infer<typeof dockerConfigSchema>;

/** `DOCKER_AUTH_CONFIG`: `auth` alone, for each registry (docker/cli, cli/config/configfile: parseEnvConfig). */
export const inlineConfigSchema = z.preprocess(
  folded(['auths']),
  z.strictObject({
    auths: z.record(z.string(), z.preprocess(folded(['auth']), z.strictObject({ auth: z.string().min(1) }))).nullish(),
  }),
);
